#include "engine/soft/cpu/translate.hpp"

#include "memory/entries.hpp"
#include "x86/walk.hpp"

namespace husk::soft {

namespace {

using x86::Cr0;
using x86::Efer;
using x86::PageBit;

constexpr std::uint64_t kSmep = 1u << 20;  // CR4: ring 0 does not execute ring 3's pages
constexpr std::uint64_t kSmap = 1u << 21;  // CR4: nor touch them

// Bits of a page fault's error code. SDM Vol. 3A, "Page-Fault Exceptions" (4.7).
constexpr std::uint32_t kWasPresent = 1u << 0, kWrite = 1u << 1, kUser = 1u << 2, kReserved = 1u << 3, kFetch = 1u << 4;

/// The four PDPTEs of PAE paging have neither ACCESSED nor rights.
bool is_pae_top(const x86::WalkStep& step, const x86::PagingShape& shape)
{
    return shape == x86::kPagingPae && step.level == 3;
}

/// What code at the walk's end may do to the page; nothing if not what it wants.
std::optional<OpenPage> with_rights(const x86::Walk& walk, const x86::SystemRegisters& system, bool user, Use use)
{
    if (user && !walk.user) return std::nullopt;
    if (!user && walk.user && (system.cr4.word() & kSmap) != 0 && use != Use::Execute) return std::nullopt;
    const bool smep = !user && walk.user && (system.cr4.word() & kSmep) != 0;
    OpenPage page{
        .at = *walk.physical, .write = walk.writable || (!user && !system.cr0.has(Cr0::WP)), .execute = walk.executable && !smep};
    if (use == Use::Write && !page.write) return std::nullopt;
    if (use == Use::Execute && !page.execute) return std::nullopt;
    return page;
}

x86::Exception page_fault(const x86::Walk& walk, const x86::SystemRegisters& system, bool user, Use use)
{
    std::uint32_t code = 0;
    const bool reserved = !walk.steps.empty() && walk.steps.back().reserved != 0;
    if (walk.physical || reserved) code |= kWasPresent;
    if (reserved) code |= kReserved;
    if (use == Use::Write) code |= kWrite;
    if (user) code |= kUser;
    const bool no_execute = system.efer.has(Efer::NXE) && system.cr4.has(x86::Cr4::PAE);
    if (use == Use::Execute && (no_execute || (system.cr4.word() & kSmep) != 0)) code |= kFetch;
    return {.vector = x86::kPageFault, .has_error_code = true, .error_code = code, .address = walk.linear.value};
}

/// True if the last entry has DIRTY now.
bool mark_used(const Memory& memory, const x86::Walk& walk, const x86::PagingShape& shape, Use use)
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
        if (const auto lowest = memory.window(step.at, 1, Use::Write))
            lowest->front() = static_cast<std::byte>(flags.word() & 0xFF);
    }
    return dirty;
}

}  // namespace

tl::expected<OpenPage, x86::Exception> translate(const Memory& memory, const x86::SystemRegisters& system, unsigned privilege,
                                                 std::uint64_t linear, Use use)
{
    if (!system.efer.has(Efer::LMA)) linear &= 0xFFFF'FFFF;
    const auto shape = x86::paging_shape(system);
    if (!shape) return OpenPage{.at = {linear}, .write = true, .execute = true};

    const bool user = privilege == 3;
    const x86::Walk walk = x86::walk(system, GuestVirt{linear}, entry_reader(memory), kPhysicalBits);
    if (!walk.canonical) return tl::unexpected{x86::kProtectionFault};
    auto page = walk.physical ? with_rights(walk, system, user, use) : std::nullopt;
    if (!page) return tl::unexpected{page_fault(walk, system, user, use)};
    // A page that is not dirty is left to be asked for again when it is written.
    if (!mark_used(memory, walk, *shape, use)) page->write = false;
    return *page;
}

bool walks_freely(const Memory& memory, const x86::SystemRegisters& system, std::uint64_t linear)
{
    bool freely = true;
    const auto read = entry_reader(memory);
    x86::walk(
        system, GuestVirt{linear},
        [&](GuestPhys at, unsigned size) {
            freely = freely && !memory.denies(at, Use::Write);
            return read(at, size);
        },
        kPhysicalBits);
    return freely;
}

}  // namespace husk::soft
