#include "debug/gdb/monitor.hpp"

#include "debug/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

namespace husk::debug::gdb {

namespace {

constexpr auto kHelp =
    "help           this\n"
    "regs           registers, segments and control registers, bit by bit\n"
    "walk ADDR      how the guest's page tables translate an address\n"
    "xp ADDR [N]    N bytes (64 by default) of guest-physical memory\n"
    "physical on    take GDB's addresses for guest-physical ones\n"
    "physical off   take them for guest-virtual ones again\n"
    "stats          how often and for what the guest has left\n"
    "engine         what executes it\n"
    "reset          the image back to its start\n";

std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto begin = text.find_first_not_of(" \t\n");
        if (begin == std::string_view::npos) break;
        const auto end = std::min(text.find_first_of(" \t\n", begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        text.remove_prefix(end);
    }
    return words;
}

/// Decimal, or hexadecimal with 0x.
std::optional<std::uint64_t> number(std::string_view word)
{
    const bool hex = word.starts_with("0x") || word.starts_with("0X");
    if (hex) word.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, hex ? 16 : 10);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return value;
}

std::string bad_number(std::string_view word)
{
    return fmt::format("'{}' is not a number: write it in decimal, or in hexadecimal with 0x\n", word);
}

std::string physical(const Machine& machine, std::uint64_t at, std::uint64_t count)
{
    constexpr std::uint64_t kMost = 1024, kRow = 16;
    std::string text;
    for (std::uint64_t row = 0; row < std::min(count, kMost); row += kRow) {
        text += fmt::format("{:#012x}:", at + row);
        for (std::uint64_t i = row; i < std::min({row + kRow, count, kMost}); ++i) {
            const auto byte = machine.memory().load<std::uint8_t>(GuestPhys{at + i});
            text += byte ? fmt::format(" {:02x}", *byte) : " --";
        }
        text += '\n';
    }
    return text;
}

std::string stats(const Machine& machine)
{
    const Stats& stats = machine.stats();
    std::string text = fmt::format("exits: {}, of which interrupted: {}\n", stats.exits, stats.interrupted);
    const auto table = [&](const char* what, const std::map<Stats::Place, Stats::Access>& places) {
        for (const auto& [place, access] : places)
            text +=
                fmt::format("{} {:#x}: {} {} in {} exits{}\n", what, place.address, access.items, place.write ? "writes" : "reads",
                            access.exits, access.claimed ? "" : " (nothing is attached there)");
    };
    table("port", stats.ports);
    table("memory page", stats.mmio);
    return text;
}

std::string engine(const Machine& machine)
{
    return fmt::format("{}{}{}\n", name(machine.engine()), machine.engine_reason().empty() ? "" : ": ", machine.engine_reason());
}

/// walk ADDR, xp ADDR [N]
std::string about_address(std::span<const std::string_view> words, const Machine& machine)
{
    constexpr std::uint64_t kBytes = 64;
    if (words.size() < 2) return fmt::format("{} what? It takes an address\n", words[0]);
    for (const std::string_view word : words.subspan(1))
        if (!number(word)) return bad_number(word);
    const std::uint64_t at = number(words[1]).value_or(0);
    if (words[0] == "walk") return explain_address(machine.memory(), machine.system_registers(), GuestVirt{at});
    return physical(machine, at, words.size() > 2 ? number(words[2]).value_or(0) : kBytes);
}

/// physical [on|off]
std::string set_physical(std::span<const std::string_view> words, bool& physical)
{
    const bool known = words.size() == 2 && (words[1] == "on" || words[1] == "off");
    if (words.size() > 1 && !known) return "physical on, or physical off\n";
    if (known) physical = words[1] == "on";
    return fmt::format("memory is read and written by guest-{} address\n", physical ? "physical" : "virtual");
}

}  // namespace

std::string run_monitor_command(std::string_view command, const Monitored& monitored)
{
    const Machine& machine = monitored.machine;
    const auto words = words_of(command);
    if (words.empty() || words[0] == "help") return kHelp;
    if (words[0] == "regs") return explain_registers(machine.registers(), machine.system_registers());
    if (words[0] == "stats") return stats(machine);
    if (words[0] == "engine") return engine(machine);
    if (words[0] == "walk" || words[0] == "xp") return about_address(words, machine);
    if (words[0] == "physical") return set_physical(words, monitored.physical);
    if (words[0] == "reset") {
        if (!monitored.reset) return "this guest cannot be put back to its start\n";
        monitored.reset();
        return "the guest is at its start; `maintenance flush register-cache` has GDB look anew\n";
    }
    return fmt::format("there is no '{}'. There are:\n{}", words[0], kHelp);
}

}  // namespace husk::debug::gdb
