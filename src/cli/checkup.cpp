#include "cli/checkup.hpp"

#include "engine/kvm/inspect.hpp"
#include "machine/choose_engine.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>

namespace husk::cli {

namespace {

using Grade = Finding::Grade;

std::optional<std::string> first_line(const char* path)
{
    std::ifstream file{path};
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    return line;
}

/// The name of group `id` in /etc/group: getgrgid(3) would need shared libraries, which a static husk has not.
std::string group_name(gid_t id)
{
    std::ifstream file{"/etc/group"};
    const std::string wanted = fmt::format(":{}:", id);
    for (std::string line; std::getline(file, line);) {
        const auto second = line.find(':', line.find(':') + 1);  // name:password:id:members
        if (second != std::string::npos && line.compare(second, wanted.size(), wanted) == 0) return line.substr(0, line.find(':'));
    }
    return std::to_string(id);
}

/// The group that owns the device, if it lets its group in.
std::string owning_group(const char* path)
{
    struct stat status {};
    if (::stat(path, &status) != 0 || (status.st_mode & S_IRGRP) == 0) return {};
    return group_name(status.st_gid);
}

std::string advice_for_open(int error)
{
    if (error != EACCES && error != EPERM)
        return "load kvm_intel or kvm_amd and enable virtualization in the firmware; in a container, pass the device in";
    const std::string group = owning_group("/dev/kvm");
    if (group.empty())
        return "only its owner may open it: run as root, or let a group in with `chgrp kvm /dev/kvm; chmod 660 /dev/kvm`";
    return fmt::format("join its group: `sudo usermod -aG {} $USER`, then log in again", group);
}

std::string kind_of_kvm(const kvm::Abilities& abilities)
{
    return abilities.native_ring0 ? "the processor's own (VT-x or AMD-V): every mode runs natively"
                                  : "interpreted: without VT-x or AMD-V, ring 3 runs natively, ring 0 an instruction at a time";
}

void add_kvm_details(const kvm::Inspection& found, std::vector<Finding>& findings)
{
    findings.push_back({Grade::Ok, "KVM API", fmt::format("version {}", found.api_version), {}});
    findings.push_back({Grade::Ok, "kind of KVM", kind_of_kvm(found.abilities), {}});
    if (!found.abilities.native_ring0)
        findings.push_back({Grade::Missing, "all instructions at ring 0", "KVM's emulator does not know every one",
                            "--engine auto goes on with the software engine at one that it does not know"});
    findings.push_back(found.abilities.paging_outside_long_mode
                           ? Finding{Grade::Ok, "32-bit paging", "works", {}}
                           : Finding{Grade::Missing, "32-bit paging", "this KVM cannot page outside long mode",
                                     "--engine auto runs such guests on the software engine"});
    for (const auto& [name, purpose, required, value] : found.capabilities) {
        const Grade missing = required ? Grade::Problem : Grade::Missing;
        findings.push_back({value > 0 ? Grade::Ok : missing, name,
                            value > 0 ? fmt::format("{} ({})", value, purpose) : fmt::format("not there ({})", purpose),
                            value > 0 || !required ? "" : "this kernel is too old for Husk's KVM engine: use --engine soft"});
    }
}

void check_kvm(std::vector<Finding>& findings, const StepSink& tell)
{
    // Without KVM the software engine does; without both nothing runs.
    const Grade without = machine::has_soft_engine() ? Grade::Missing : Grade::Problem;
    try {
        const auto found = tell ? kvm::inspect(tell) : kvm::inspect();
        findings.push_back({Grade::Ok, "/dev/kvm", "there, and opens", {}});
        add_kvm_details(found, findings);
    } catch (const Error& error) {
        const int code = error.code().value();
        if (error.call().starts_with("open")) {
            // There but closed to us is worth mending even where the software engine stands in.
            const bool forbidden = code == EACCES || code == EPERM;
            findings.push_back({forbidden ? Grade::Problem : without, "/dev/kvm", error.code().message(), advice_for_open(code)});
        } else {
            findings.push_back({Grade::Problem, "/dev/kvm", error.what(), "this host's KVM does not work: use --engine soft"});
        }
    }
}

void check_soft_engine(std::vector<Finding>& findings)
{
    if (machine::has_soft_engine())
        findings.push_back({Grade::Ok, "software engine", "Unicorn " + machine::soft_engine_version(), {}});
    else
        findings.push_back({Grade::Missing, "software engine", "not in this build",
                            "build with Unicorn 2.1 or newer: tools/fetch-unicorn.sh build/unicorn"});
}

void check_memory(std::vector<Finding>& findings)
{
    if (const auto run = first_line("/sys/kernel/mm/ksm/run"))
        findings.push_back(*run == "1" ? Finding{Grade::Ok, "KSM", "merges equal pages", {}}
                                       : Finding{Grade::Missing, "KSM", "there, but off: equal pages of guests are not shared",
                                                 "`echo 1 | sudo tee /sys/kernel/mm/ksm/run` turns it on"});
    else
        findings.push_back({Grade::Missing, "KSM", "not in this kernel: equal pages of guests are not shared", {}});

    const auto huge = first_line("/sys/kernel/mm/transparent_hugepage/enabled");
    if (huge && huge->find("[never]") == std::string::npos)
        findings.push_back({Grade::Ok, "huge pages", *huge, {}});
    else
        findings.push_back(
            {Grade::Missing, "huge pages", huge ? "off" : "not in this kernel",
             huge ? "`echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled`; --hugepages has no effect without"
                  : ""});
}

void check_sandboxing(std::vector<Finding>& findings)
{
    const long landlock = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    findings.push_back(
        landlock > 0 ? Finding{Grade::Ok, "Landlock", fmt::format("ABI {}", landlock), {}}
                     : Finding{Grade::Missing, "Landlock", "not in this kernel, or off", "boot with lsm=landlock,… to have it"});
    const std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
    const bool seccomp = ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
    findings.push_back(seccomp ? Finding{Grade::Ok, "seccomp", "filters work", {}}
                               : Finding{Grade::Missing, "seccomp", "no filters in this kernel", {}});
}

}  // namespace

std::vector<Finding> check_host(const StepSink& tell)
{
    std::vector<Finding> findings;
    check_kvm(findings, tell);
    check_soft_engine(findings);
    check_memory(findings);
    check_sandboxing(findings);
    return findings;
}

}  // namespace husk::cli
