#include "debug/address.hpp"

#include "debug/bits.hpp"
#include "memory/entries.hpp"
#include "x86/page_entry.hpp"
#include "x86/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace husk::debug {

namespace {

using x86::SystemRegisters;
using x86::Walk;

// Supervisor-mode execution and access prevention. SDM Vol. 3A, "Control Registers" (2.5).
constexpr std::uint64_t kSmep = 1ull << 20, kSmap = 1ull << 21;

// A page fault's error code. SDM Vol. 3A, "Page-Fault Exceptions" (4.7).
constexpr unsigned kPresent = 1u << 0, kWrite = 1u << 1, kUser = 1u << 2, kReserved = 1u << 3, kFetch = 1u << 4;

enum class Access : std::uint8_t { Read, Write, Execute };
constexpr std::array kAccesses{Access::Read, Access::Write, Access::Execute};

std::string_view name(Access access)
{
    return access == Access::Read ? "read" : access == Access::Write ? "write" : "execute";
}

/// Why an access of that ring to a page that is mapped is not allowed; empty if it is.
std::string forbidden(const Walk& walk, const SystemRegisters& system, Flags<x86::Rflags> flags, unsigned ring, Access access)
{
    const bool user = ring == 3;
    if (user && !walk.user) return "an entry lacks USER";
    if (access == Access::Write && !walk.writable && (user || system.cr0.has(x86::Cr0::WP)))
        return user ? "an entry lacks RW" : "an entry lacks RW, and CR0.WP is set";
    if (access == Access::Execute && !walk.executable) return "an entry has NX";
    if (user || !walk.user) return {};
    if (access == Access::Execute && (system.cr4.word() & kSmep) != 0) return "ring 3 may use the page, and CR4.SMEP is set";
    if (access != Access::Execute && (system.cr4.word() & kSmap) != 0 && !flags.has(x86::Rflags::AC))
        return "ring 3 may use the page, CR4.SMAP is set, and RFLAGS.AC is not";
    return {};
}

AccessOutcome outcome(const Walk& walk, const SystemRegisters& system, Flags<x86::Rflags> flags, unsigned ring, Access access)
{
    AccessOutcome result{.ring = ring, .access = name(access)};
    unsigned code = 0;
    if (walk.physical) {
        result.why = forbidden(walk, system, flags, ring, access);
        if (result.why.empty()) return result;
        code = kPresent;
    } else if (!walk.steps.back().readable) {
        result.why = "the walk leaves memory";
    } else if (walk.steps.back().reserved != 0) {
        result.why = fmt::format("the {} has reserved bits", x86::name_of_level(walk.steps.back().level));
        code = kPresent | kReserved;
    } else {
        result.why = fmt::format("the {} is not present", x86::name_of_level(walk.steps.back().level));
    }
    if (access == Access::Write) code |= kWrite;
    if (ring == 3) code |= kUser;
    const bool tells_fetches = system.efer.has(x86::Efer::NXE) || (system.cr4.word() & kSmep) != 0;
    if (access == Access::Execute && tells_fetches) code |= kFetch;
    result.error_code = code;
    return result;
}

std::string step_outcome(const x86::WalkStep& step, const Walk& walk, const x86::PageEntry& entry)
{
    if (!step.readable) return "no memory is there: the walk ends";
    if (!step.flags().has(x86::PageBit::PRESENT))
        return step.entry == 0 ? "not present: the walk ends"
                               : "not present, so that its other bits mean nothing to the processor: the walk ends";
    if (step.reserved != 0) return fmt::format("bits {:#x} are reserved and must be 0: the walk ends", step.reserved);
    if (!entry.maps_page()) return fmt::format("leads to the {} at {:#x}", table_name(step.level - 1), entry.table().value);
    return fmt::format("maps a page of {} at {:#x}; offset {:#x}", page_size_words(walk.page_size), entry.page().value,
                       walk.linear.value & (walk.page_size - 1));
}

AddressStep words_of(const x86::WalkStep& step, const Walk& walk, const SystemRegisters& system, const x86::PagingShape& shape)
{
    const x86::PageEntry entry{system, shape, step.level, step.entry};
    const unsigned width = step.level == shape.levels ? shape.top_bits : shape.index_bits;
    const unsigned low = shape.shift(step.level);
    AddressStep words{.level = x86::name_of_level(step.level), .high_bit = low + width - 1, .low_bit = low};
    words.index = shape.index(walk.linear.value, step.level);
    words.at = step.at;
    if (step.readable) words.entry = step.entry;
    words.flags = bit_names(step.flags());
    words.outcome = step_outcome(step, walk, entry);
    return words;
}

std::string end_of(const Walk& walk, const GuestMemory& memory)
{
    if (!walk.canonical) return "not canonical: the bits above the highest that is used do not repeat it, which raises #GP";
    if (!walk.physical) return "not mapped: every access is a page fault";
    return fmt::format("physical {:#x}, {}", walk.physical->value,
                       memory.window(*walk.physical, 1) ? "which is memory" : "where no memory is");
}

}  // namespace

std::string_view table_name(unsigned level)
{
    constexpr std::array<std::string_view, 6> kNames{"?", "PT", "PD", "PDPT", "PML4", "PML5"};
    return level < kNames.size() ? kNames.at(level) : kNames.front();
}

std::string_view paging_name(const SystemRegisters& system)
{
    const auto shape = x86::paging_shape(system);
    if (!shape) return "no paging";
    if (*shape == x86::kPaging32) return "32-bit paging";
    if (*shape == x86::kPagingPae) return "PAE paging";
    return *shape == x86::kPaging4Level ? "4-level paging" : "5-level paging";
}

std::string page_size_words(std::uint64_t bytes)
{
    if (bytes != 0 && bytes % 1_GiB == 0) return fmt::format("{} GiB", bytes / 1_GiB);
    return bytes != 0 && bytes % 1_MiB == 0 ? fmt::format("{} MiB", bytes / 1_MiB) : fmt::format("{} KiB", bytes / 1_KiB);
}

AddressWords explain_walk(const GuestMemory& memory, const SystemRegisters& system, Flags<x86::Rflags> flags, GuestVirt linear)
{
    const Walk walk = x86::walk(system, linear, entry_reader(memory));
    AddressWords words{.linear = linear, .by = std::string{paging_name(system)}};
    words.end = end_of(walk, memory);
    words.physical = walk.physical;
    const auto shape = x86::paging_shape(system);
    if (!shape) return words;
    words.by +=
        fmt::format(", by the {} that CR3 names, at {:#x}", table_name(shape->levels), x86::top_table(system, *shape).value);
    for (const x86::WalkStep& step : walk.steps) words.steps.push_back(words_of(step, walk, system, *shape));
    if (!walk.canonical) return words;
    for (const unsigned ring : {0u, 3u})
        for (const Access access : kAccesses) words.accesses.push_back(outcome(walk, system, flags, ring, access));
    return words;
}

}  // namespace husk::debug
