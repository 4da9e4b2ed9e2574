#include "engine/soft/translate.hpp"

#include "memory/entries.hpp"
#include "x86/walk.hpp"

namespace husk::soft {

namespace {

using x86::Cr0;
using x86::Efer;
using x86::PageBit;

constexpr std::uint64_t kSmep = 1u << 20;  // CR4: ring 0 does not execute ring 3's pages
constexpr std::uint64_t kSmap = 1u << 21;  // CR4: nor touch them
// Unicorn's processor has 40 bits of physical address; entries that use more are reserved to it.
constexpr std::uint64_t kReservedInPdpte = 0x1E6;
constexpr std::uint64_t kAboveProcessor = x86::kFrameMask & ~((1ull << 40) - 1);

/// The four PDPTEs of PAE paging have neither ACCESSED nor rights.
bool is_pae_top(const x86::WalkStep& step, const x86::PagingShape& shape)
{
    return shape == x86::kPagingPae && step.level == 3;
}

/// Entries without anything that could be reserved in some mode: those few that have it go the slow way.
bool is_plain(const x86::WalkStep& step, const x86::PagingShape& shape, const x86::SystemRegisters& system, bool is_page)
{
    const auto flags = step.flags();
    if (!flags.has(PageBit::PRESENT) || (step.entry & kAboveProcessor) != 0) return false;
    if (flags.has(PageBit::NX) && !system.efer.has(Efer::NXE)) return false;
    if (shape == x86::kPagingPae && (step.entry >> 52) != 0) return false;
    if (is_pae_top(step, shape) && (step.entry & kReservedInPdpte) != 0) return false;
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

std::optional<OpenPage> with_rights(const x86::Walk& walk, const x86::SystemRegisters& system, bool user, Use use)
{
    if (user && !walk.user) return std::nullopt;
    if (!user && walk.user && (system.cr4.word() & kSmap) != 0) return std::nullopt;
    const bool smep = !user && walk.user && (system.cr4.word() & kSmep) != 0;
    OpenPage page{
        .at = *walk.physical, .write = walk.writable || (!user && !system.cr0.has(Cr0::WP)), .execute = walk.executable && !smep};
    if (use == Use::Write && !page.write) return std::nullopt;
    if (use == Use::Execute && !page.execute) return std::nullopt;
    return page;
}

/// Sets ACCESSED in all entries of the walk and, for a write, DIRTY in the last. True if the last has DIRTY now.
bool mark_used(const GuestMemory& memory, const x86::Walk& walk, const x86::PagingShape& shape, Use use)
{
    bool dirty = false;
    for (const x86::WalkStep& step : walk.steps) {
        if (is_pae_top(step, shape)) continue;
        auto flags = step.flags() | PageBit::ACCESSED;
        const bool is_page = &step == &walk.steps.back();
        if (is_page && use == Use::Write) flags |= PageBit::DIRTY;
        if (is_page) dirty = flags.has(PageBit::DIRTY);
        if (flags == step.flags()) continue;
        // Both bits are in the lowest byte.
        if (const auto lowest = memory.window(step.at, 1)) lowest->front() = static_cast<std::byte>(flags.word() & 0xFF);
    }
    return dirty;
}

}  // namespace

std::optional<OpenPage> translate(const GuestMemory& memory, const x86::SystemRegisters& system, unsigned privilege,
                                  std::uint64_t linear, Use use)
{
    linear &= ~(kPageSize - 1);
    if (!system.efer.has(Efer::LMA)) linear &= 0xFFFF'FFFF;
    const auto shape = x86::paging_shape(system);
    if (!shape) return OpenPage{.at = {linear}, .write = true, .execute = true};

    const x86::Walk walk = x86::walk(system, GuestVirt{linear}, entry_reader(memory));
    if (!walk.physical || !all_plain(walk, *shape, system)) return std::nullopt;
    auto page = with_rights(walk, system, privilege == 3, use);
    // A page that is not dirty is left to be asked for again when it is written.
    if (page && !mark_used(memory, walk, *shape, use)) page->write = false;
    return page;
}

}  // namespace husk::soft
