// `monitor` of a program.
#include "program/debug/program_target.hpp"

#include <fmt/format.h>

#include <chrono>

namespace husk::program {

namespace {

constexpr auto kHelp =
    "help       this\n"
    "mappings   what is mapped where\n"
    "threads    the threads, and where each is\n"
    "stats      memory, threads, and for how long it has been held\n"
    "engine     what executes it, and why\n";

std::string_view trimmed(std::string_view text)
{
    constexpr auto kBlank = " \t\n";
    const auto begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string rights(int protection)
{
    const auto letter = [&](int bit, char yes) { return (protection & bit) != 0 ? yes : '-'; };
    constexpr int kRead = 1, kWrite = 2, kExecute = 4;  // PROT_…
    return {letter(kRead, 'r'), letter(kWrite, 'w'), letter(kExecute, 'x')};
}

std::string mappings(const Space& space)
{
    std::string text;
    for (const Area& area : space.areas())
        text += fmt::format("{:012x}-{:012x} {} {:>10} KiB  {}\n", area.begin, area.end, rights(area.protection),
                            area.size() / 1_KiB, area.name);
    return text;
}

}  // namespace

std::string ProgramTarget::thread_table()
{
    std::string text;
    for (const int tid : control_.threads())
        control_.with(tid, [&](Thread&, HeldThread& held) {
            text += fmt::format("{:>8}  rip {:#x}  rsp {:#x}  fs_base {:#x}  {}\n", tid, held.machine.registers.rip,
                                held.machine.registers.rsp, held.machine.system.fs.base, held.name);
        });
    return text;
}

std::string ProgramTarget::statistics() const
{
    const auto held = std::chrono::duration<double>{control_.time_held()}.count();
    return fmt::format("memory      {} KiB accessible in {} areas\nthreads     {}\nheld        {:.3f} s\n",
                       process_.space.accessible() / 1_KiB, process_.space.areas().size(), control_.threads().size(), held);
}

std::string ProgramTarget::monitor(std::string_view command)
{
    const std::string_view word = trimmed(command);
    if (word.empty() || word == "help") return kHelp;
    if (word == "mappings") return mappings(process_.space);
    if (word == "threads") return thread_table();
    if (word == "stats") return statistics();
    if (word == "engine") return about_.engine + "\n";
    return fmt::format("there is no command '{}'\n{}", word, kHelp);
}

}  // namespace husk::program
