#include "engine/soft/translate.hpp"

#include "memory/entries.hpp"
#include "x86/walk.hpp"

namespace husk::soft {

namespace {

using x86::Cr0;
using x86::Cr4;
using x86::Efer;
using x86::PageBit;

constexpr std::uint64_t kSmep = 1u << 20;  // CR4: ring 0 does not execute ring 3's pages
constexpr std::uint64_t kSmap = 1u << 21;  // CR4: nor touch them
// Unicorn's processor has 40 bits of physical address; entries that use more are reserved to it.
constexpr std::uint64_t kAboveProcessor = x86::kFrameMask & ~((1ull << 40) - 1);

/// Entries without anything that could be reserved in some mode: those few that have it go the slow way.
bool is_plain(const x86::WalkStep& step, const x86::PagingShape& shape, const x86::SystemRegisters& system, bool is_page)
{
    const auto flags = step.flags();
    if (!flags.has(PageBit::PRESENT | PageBit::ACCESSED)) {
        const bool has_accessed = !(shape == x86::kPagingPae && step.level == 3);
        if (has_accessed || !flags.has(PageBit::PRESENT)) return false;
    }
    if ((step.entry & kAboveProcessor) != 0) return false;
    if (flags.has(PageBit::NX) && !system.efer.has(Efer::NXE)) return false;
    if (shape == x86::kPagingPae && (step.entry >> 52) != 0) return false;
    const bool large = is_page && step.level > 1;
    if (flags.has(PageBit::PS) && step.level > 1 && !large) return false;
    const std::uint64_t low_frame = (shape.page_size(step.level) - 1) & ~0xFFFull;
    return !large || (step.entry & low_frame) == 0;
}

bool all_plain(const x86::Walk& walk, const x86::PagingShape& shape, const x86::SystemRegisters& system)
{
    for (const x86::WalkStep& step : walk.steps)
        if (!is_plain(step, shape, system, &step == &walk.steps.back())) return false;
    return true;
}

std::optional<OpenPage> with_rights(const x86::Walk& walk, const x86::SystemRegisters& system, bool user)
{
    if (user && !walk.user) return std::nullopt;
    if (!user && walk.user && (system.cr4.word() & kSmap) != 0) return std::nullopt;
    const bool dirty = walk.steps.back().flags().has(PageBit::DIRTY);
    const bool writable = walk.writable || (!user && !system.cr0.has(Cr0::WP));
    const bool smep = !user && walk.user && (system.cr4.word() & kSmep) != 0;
    return OpenPage{.at = *walk.physical, .write = writable && dirty, .execute = walk.executable && !smep};
}

std::optional<OpenPage> page_of(const GuestMemory& memory, const x86::SystemRegisters& system, bool user, std::uint64_t linear)
{
    const auto shape = x86::paging_shape(system);
    if (!shape) return OpenPage{.at = {linear & 0xFFFF'FFFF}, .write = true, .execute = true};
    const x86::Walk walk = x86::walk(system, GuestVirt{linear}, entry_reader(memory));
    if (!walk.physical || !all_plain(walk, *shape, system)) return std::nullopt;
    return with_rights(walk, system, user);
}

}  // namespace

std::optional<OpenPage> translate(const GuestMemory& memory, const x86::SystemRegisters& system, unsigned privilege,
                                  std::uint64_t linear, Use use)
{
    linear &= ~(kPageSize - 1);
    if (!system.efer.has(Efer::LMA)) linear &= 0xFFFF'FFFF;
    const auto page = page_of(memory, system, privilege == 3, linear);
    if (!page || !memory.window(page->at, kPageSize)) return std::nullopt;
    if (use == Use::Write && !page->write) return std::nullopt;
    if (use == Use::Execute && !page->execute) return std::nullopt;
    return page;
}

}  // namespace husk::soft
