#include "cli/boot_report.hpp"
#include "cli/exit_status.hpp"
#include "cli/usage_of_host.hpp"

#include <fmt/format.h>

namespace husk::cli {

namespace {

/// Numbers of 64 bits do not survive every JSON reader: addresses and registers are strings.
std::string hex(std::uint64_t value)
{
    return fmt::format("{:#x}", value);
}

nlohmann::json registers_json(const Machine& machine)
{
    const auto r = machine.registers();
    const auto s = machine.system_registers();
    return {{"rax", hex(r.rax)},        {"rbx", hex(r.rbx)},         {"rcx", hex(r.rcx)},
            {"rdx", hex(r.rdx)},        {"rsi", hex(r.rsi)},         {"rdi", hex(r.rdi)},
            {"rsp", hex(r.rsp)},        {"rbp", hex(r.rbp)},         {"r8", hex(r.r8)},
            {"r9", hex(r.r9)},          {"r10", hex(r.r10)},         {"r11", hex(r.r11)},
            {"r12", hex(r.r12)},        {"r13", hex(r.r13)},         {"r14", hex(r.r14)},
            {"r15", hex(r.r15)},        {"rip", hex(r.rip)},         {"rflags", hex(r.rflags.word())},
            {"cr0", hex(s.cr0.word())}, {"cr2", hex(s.cr2)},         {"cr3", hex(s.cr3)},
            {"cr4", hex(s.cr4.word())}, {"efer", hex(s.efer.word())}};
}

nlohmann::json accesses_json(const std::map<Stats::Place, Stats::Access>& table)
{
    auto all = nlohmann::json::array();
    for (const auto& [place, access] : table)
        all.push_back({{"address", hex(place.address)},
                       {"direction", place.write ? "out" : "in"},
                       {"exits", access.exits},
                       {"items", access.items},
                       {"claimed", access.claimed}});
    return all;
}

nlohmann::json stats_json(const Machine& machine)
{
    const Stats& stats = machine.stats();
    const HostUsage usage = usage_of_host();
    nlohmann::json object{{"exits", stats.exits},
                          {"interrupted", stats.interrupted},
                          {"ports", accesses_json(stats.ports)},
                          {"mmio", accesses_json(stats.mmio)},
                          {"guest_ns", stats.in_guest.count()},
                          {"host_ns", stats.in_host.count()},
                          {"peak_kib", usage.peak_kib}};
    if (usage.merged_pages) object["ksm_merged_pages"] = *usage.merged_pages;
    return object;
}

nlohmann::json expectations_json(const std::vector<Expectation>& expectations)
{
    auto all = nlohmann::json::array();
    for (const auto& one : expectations)
        all.push_back({{"what", one.what},
                       {"expected", hex(one.expected)},
                       {"found", one.found ? nlohmann::json(hex(*one.found)) : nlohmann::json{}},
                       {"met", one.met()}});
    return all;
}

}  // namespace

nlohmann::json stopped_json(const Machine& machine, const Stop& stop, const Console& debugcon, const Console& serial)
{
    nlohmann::json object{{"engine", name(machine.engine())},     {"stop", stop_name(stop)},   {"stop_text", describe(stop)},
                          {"registers", registers_json(machine)}, {"output", debugcon.kept()}, {"serial", serial.kept()},
                          {"stats", stats_json(machine)}};
    if (!machine.engine_reason().empty()) object["engine_reason"] = machine.engine_reason();
    if (const auto* exited = std::get_if<stops::Exited>(&stop)) object["exit_code"] = exited->code;
    if (debugcon.truncated() || serial.truncated()) object["output_truncated"] = true;
    return object;
}

nlohmann::json to_json(const Boot& boot, const Console& debugcon, const Console& serial)
{
    nlohmann::json object = stopped_json(boot.machine, boot.stop, debugcon, serial);
    object["image"] = boot.options.image;
    object["format"] = name(boot.image.format);
    object["mode"] = name(boot.image.mode);
    object["status"] = boot.status;
    object["expectations"] = expectations_json(boot.expectations);
    return object;
}

std::string json_text(const nlohmann::json& object)
{
    return object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace husk::cli
