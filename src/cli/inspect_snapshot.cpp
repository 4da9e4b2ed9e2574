#include "cli/inspect_snapshot.hpp"

#include "base/size_text.hpp"
#include "cli/fault_words.hpp"
#include "cli/print.hpp"
#include "debug/bits.hpp"
#include "debug/disassemble.hpp"
#include "debug/page_map_words.hpp"
#include "debug/text.hpp"
#include "program/abi/signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace husk::cli {

namespace {

/// Threads, and areas, that are told of at most: a program has as many as it likes.
constexpr std::size_t kMostThreads = 64, kMostAreas = 1000;

using Json = nlohmann::json;

std::string hex(std::uint64_t value)
{
    return fmt::format("{:#x}", value);
}

std::string thread_name(const ThreadSnapshot& thread)
{
    return thread.id == 0 ? "the first thread" : fmt::format("thread {}", thread.id);
}

/// The instructions from `at` on, in lines; or that there are none.
std::string code_text(const Program& program, GuestVirt at)
{
    constexpr std::size_t kInstructions = 4, kLongest = 15;
    std::array<std::byte, kInstructions * kLongest> bytes{};
    std::size_t size = 0;
    while (size < bytes.size() && program.read({at.value + size}, std::span{bytes}.subspan(size, 1))) ++size;
    if (size == 0) return fmt::format("{:#x}: no memory that can be read\n", at.value);
    constexpr unsigned kBits = 64;
    return debug::instruction_lines(std::span{bytes}.first(size), at.value, kBits, kInstructions);
}

std::string thread_text(const Program& program, const ThreadSnapshot& thread, const std::vector<MappedArea>& areas,
                        const debug::Paint& paint)
{
    const auto& r = thread.registers;
    std::string text = debug::text_of(r);
    text += fmt::format("{} {:#x}: {}\n", paint.name("RFLAGS"), r.rflags.word(), debug::bit_names(r.rflags));
    text += fmt::format("{} {:#x}   {} {:#x}\n", paint.name("FS base"), thread.fs_base, paint.name("GS base"), thread.gs_base);
    text += fmt::format("{} {}\n", paint.name("rip is in"), place_words(areas, {r.rip}));
    text += fmt::format("{} {}\n", paint.name("rsp is in"), place_words(areas, {r.rsp}));
    return text + code_text(program, {r.rip});
}

std::string areas_text(const std::vector<MappedArea>& areas, const debug::Paint& paint)
{
    std::string text;
    for (const MappedArea& area : std::span{areas}.first(std::min(areas.size(), kMostAreas)))
        text += fmt::format("{}  {}  {:>10}  {:>10} touched  {}\n",
                            paint.name(fmt::format("{:<28}", debug::address_range(area.begin.value, area.size))),
                            rights_words(area), size_text(area.size), area.touched ? size_text(*area.touched) : "?",
                            area.name.empty() ? "anonymous" : printable(area.name));
    if (areas.size() > kMostAreas) text += fmt::format("{} more\n", areas.size() - kMostAreas);
    return text;
}

std::string memory_heading(const std::vector<MappedArea>& areas)
{
    std::uint64_t size = 0;
    std::uint64_t touched = 0;
    bool told = true;
    for (const MappedArea& area : areas) {
        size += area.size;
        touched += area.touched.value_or(0);
        told &= area.touched.has_value();
    }
    return fmt::format("memory: {} in {} areas, {}", size_text(size), areas.size(),
                       told ? size_text(touched) + " touched" : "the host does not tell what was touched");
}

Json thread_json(const ThreadSnapshot& thread, const std::vector<MappedArea>& areas)
{
    Json one{{"id", thread.id}, {"fs_base", hex(thread.fs_base)}, {"gs_base", hex(thread.gs_base)}};
    Json registers = Json::object();
    for (const auto& [name, value] : debug::named_values(thread.registers)) registers[std::string{name}] = hex(value);
    one["registers"] = std::move(registers);
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
    return text + debug::section(memory_heading(areas), areas_text(areas, paint), paint);
}

Json snapshot_json(const Program& program, const ProgramSnapshot& snapshot)
{
    Json threads = Json::array();
    for (const ThreadSnapshot& thread : snapshot.threads) {
        threads.push_back(thread_json(thread, snapshot.areas));
        threads.back()["code"] = code_text(program, {thread.registers.rip});
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
