#include "cli/inspect_snapshot.hpp"

#include "cli/fault_words.hpp"
#include "cli/print.hpp"
#include "cli/program_words.hpp"
#include "debug/bits.hpp"
#include "debug/text.hpp"
#include "program/abi/signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

namespace husk::cli {

namespace {

/// Threads that are told of at most: a program has as many as it likes.
constexpr std::size_t kMostThreads = 64;

using Json = nlohmann::json;

std::string hex(std::uint64_t value)
{
    return fmt::format("{:#x}", value);
}

std::string thread_name(const ThreadSnapshot& thread)
{
    return thread.id == 0 ? "the first thread" : fmt::format("thread {}", thread.id);
}

program::Reader reader_of(const Program& program)
{
    return [&program](std::uint64_t at, std::span<std::byte> into) { return program.read({at}, into); };
}

std::string thread_text(const Program& program, const ThreadSnapshot& thread, const std::vector<MappedArea>& areas,
                        const debug::Paint& paint)
{
    const auto& r = thread.registers;
    std::string text = debug::text_of(r);
    text += fmt::format("{} {:#x}: {}\n", paint.name("RFLAGS"), r.rflags.word(), debug::bit_names(r.rflags));
    text += fmt::format("{} {:#x}   {} {:#x}\n", paint.name("FS base"), thread.fs_base, paint.name("GS base"), thread.gs_base);
    if (!thread.symbol.empty()) text += fmt::format("{} {}\n", paint.name("rip is at"), printable(thread.symbol));
    text += fmt::format("{} {}\n", paint.name("rip is in"), place_words(areas, {r.rip}));
    text += fmt::format("{} {}\n", paint.name("rsp is in"), place_words(areas, {r.rsp}));
    return text + program_code(reader_of(program), {r.rip});
}

Json thread_json(const ThreadSnapshot& thread, const std::vector<MappedArea>& areas)
{
    Json one{{"id", thread.id}, {"fs_base", hex(thread.fs_base)}, {"gs_base", hex(thread.gs_base)}};
    Json registers = Json::object();
    for (const auto& [name, value] : debug::named_values(thread.registers)) registers[std::string{name}] = hex(value);
    one["registers"] = std::move(registers);
    if (!thread.symbol.empty()) one["symbol"] = thread.symbol;
    if (!thread.ended_by) return one;
    const FatalSignal& fatal = *thread.ended_by;
    Json ended{{"signal", program::name_of_signal(fatal.signal)},
               {"code", program::name_of_code(fatal.signal, fatal.code)},
               {"address", hex(fatal.address.value)},
               {"words", fault_words(areas, fatal)}};
    if (fatal.exception) {
        ended["vector"] = fatal.exception->vector;
        if (fatal.exception->has_error_code) ended["error_code"] = hex(fatal.exception->error_code);
    }
    one["ended_by"] = std::move(ended);
    return one;
}

}  // namespace

std::string snapshot_text(const Program& program, const ProgramSnapshot& snapshot, const debug::Paint& paint)
{
    std::string text;
    const auto& [threads, areas] = snapshot;
    for (const ThreadSnapshot& thread : threads)
        if (thread.ended_by)
            text += debug::section("why " + thread_name(thread) + " was ended", fault_words(areas, *thread.ended_by), paint);
    const auto shown = std::span{threads}.first(std::min(threads.size(), kMostThreads));
    for (const ThreadSnapshot& thread : shown)
        text += debug::section(thread_name(thread) + ", 64-bit code at ring 3", thread_text(program, thread, areas, paint), paint);
    if (shown.size() < threads.size()) text += fmt::format("{} more threads\n", threads.size() - shown.size());
    return text + debug::section(areas_heading(areas), areas_text(areas, paint), paint);
}

Json snapshot_json(const Program& program, const ProgramSnapshot& snapshot)
{
    Json threads = Json::array();
    for (const ThreadSnapshot& thread : snapshot.threads) {
        threads.push_back(thread_json(thread, snapshot.areas));
        threads.back()["code"] = program_code(reader_of(program), {thread.registers.rip});
    }
    Json areas = Json::array();
    for (const MappedArea& area : snapshot.areas)
        areas.push_back({{"begin", hex(area.begin.value)},
                         {"size", hex(area.size)},
                         {"rights", rights_words(area)},
                         {"shared", area.shared},
                         {"file_offset", hex(area.file_offset)},
                         {"name", area.name},
                         {"touched", area.touched ? Json(*area.touched) : Json{}}});
    return {{"threads", std::move(threads)}, {"areas", std::move(areas)}};
}

}  // namespace husk::cli
