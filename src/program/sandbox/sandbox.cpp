#include "program/sandbox/sandbox.hpp"

#include "program/sandbox/filter.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace husk::program {

namespace {

/// Turns `part` on by `act`, which throws Error if it cannot.
template <typename Act>
void turn_on(SandboxReport::Part& part, Act&& act)
{
    try {
        act();
        part = {.on = true, .why_not = {}};
    } catch (const Error& error) {
        part = {.on = false, .why_not = error.what()};
    }
}

void install_filter(SandboxKernel& kernel)
{
    std::vector<sock_filter> filter = filter_for(::getpid());
    const sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
    if (kernel.seccomp_filter(program) != 0) throw Error{"seccomp", errno};
}

}  // namespace

bool SandboxReport::complete() const
{
    return no_new_privileges.on && capabilities.on && landlock.on && seccomp.on && other_threads == 0;
}

std::string describe_missing(const SandboxReport& report)
{
    std::string text;
    const auto add = [&](const std::string& what) { text += (text.empty() ? "" : "; ") + what; };
    if (!report.no_new_privileges.on) add(fmt::format("no no-new-privileges ({})", report.no_new_privileges.why_not));
    if (!report.capabilities.on) add(fmt::format("capabilities are kept ({})", report.capabilities.why_not));
    if (!report.landlock.on) add(fmt::format("no Landlock ({})", report.landlock.why_not));
    if (!report.seccomp.on) add(fmt::format("no seccomp filter ({})", report.seccomp.why_not));
    if (report.other_threads == 1) add("1 thread is not confined");
    if (report.other_threads > 1) add(fmt::format("{} threads are not confined", report.other_threads));
    return text;
}

PreparedSandbox prepare_sandbox(const SandboxOptions& options, SandboxKernel& kernel)
{
    PreparedSandbox prepared;
    SandboxReport::Part part;
    turn_on(part, [&] { prepared.landlock.emplace(kernel); });
    prepared.no_landlock = std::move(part.why_not);
    if (prepared.landlock)
        for (const Reachable& file : options.reachable) prepared.landlock->allow(file);
    return prepared;
}

SandboxReport confine(const SandboxOptions& options, SandboxKernel& kernel)
{
    PreparedSandbox prepared = prepare_sandbox(options, kernel);
    return confine(prepared, kernel);
}

SandboxReport confine(PreparedSandbox& prepared, SandboxKernel& kernel)
{
    SandboxReport report;
    report.landlock.why_not = prepared.no_landlock;
    const unsigned threads = kernel.threads();
    report.other_threads = threads > 1 ? threads - 1 : 0;
    turn_on(report.no_new_privileges, [&] {
        if (kernel.set_no_new_privileges() != 0) throw Error{"PR_SET_NO_NEW_PRIVS", errno};
    });
    if (prepared.landlock) turn_on(report.landlock, [&] { prepared.landlock->restrict_this_thread(); });
    if (report.landlock.on) report.landlock_abi = prepared.landlock->abi();
    prepared.landlock.reset();
    turn_on(report.capabilities, [&] {
        if (kernel.drop_capabilities() != 0) throw Error{"capset", errno};
    });
    turn_on(report.seccomp, [&] { install_filter(kernel); });
    return report;
}

}  // namespace husk::program
