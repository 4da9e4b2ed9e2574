#include "program/process/windows.hpp"

#include "program/entry/pages.hpp"

#include <sys/mman.h>

namespace husk::program {

namespace {

constexpr std::uint64_t window_of(std::uint64_t address)
{
    return address / layout::kWindow;
}

constexpr std::uint64_t down(std::uint64_t address)
{
    return address / layout::kLargePage * layout::kLargePage;
}

}  // namespace

Windows::Windows(Space& space, engine::Vm& vm, std::span<std::byte> vdso)
    : space_{space}, vm_{vm}, vdso_{vdso}, given_(layout::kUserEnd / layout::kWindow)
{
    const Reservation& all = space_.reservation();
    if (vm_.follows_host_mappings()) {
        vm_.add_memory({entry::kBase}, all.bytes(entry::kBase, entry::kSize), true);
    } else {
        // It takes addresses only once, and then what may be done at them.
        vm_.add_memory({0}, all.bytes(0, entry::kBase + entry::kSize), true);
        vm_.protect({0}, entry::kBase, engine::Access::None);
    }
    space_.watch([this](std::uint64_t begin, std::uint64_t end, int protection) { changed(begin, end, protection); },
                 !vm_.follows_host_mappings());
}

Windows::~Windows()
{
    space_.watch({});
}

bool Windows::open(std::uint64_t address)
{
    if (address >= layout::kVdso && address - layout::kVdso < vdso_.size()) {
        const std::lock_guard lock{mutex_};
        if (!vdso_given_) vm_.add_memory({layout::kVdso}, vdso_, false);
        vdso_given_ = true;
        entry::open(space_.reservation(), layout::kVdso, layout::kVdso + layout::kLargePage);
        return true;
    }
    const std::uint64_t large = down(address);
    if (address >= layout::kUserEnd || !space_.any(large, large + layout::kLargePage)) return false;
    // What else there is in the window is opened with it, for each fault that leaves the machine costs as much as ten that do not.
    const std::uint64_t begin = window_of(address) * layout::kWindow;
    std::vector<std::uint64_t> used;
    for (std::uint64_t at = begin; at < begin + layout::kWindow; at += layout::kLargePage)
        if (space_.any(at, at + layout::kLargePage)) used.push_back(at);
    const std::lock_guard lock{mutex_};
    give(window_of(address));
    for (const std::uint64_t at : used) entry::open(space_.reservation(), at, at + layout::kLargePage);
    return true;
}

void Windows::give(std::uint64_t window)
{
    if (given_[window]) return;
    const std::uint64_t begin = window * layout::kWindow;
    if (vm_.follows_host_mappings()) vm_.add_memory({begin}, space_.reservation().bytes(begin, layout::kWindow), true);
    given_[window] = true;
}

/// In a window that is given, what becomes accessible is opened at once: one exit less. Called with the space's lock held.
void Windows::changed(std::uint64_t begin, std::uint64_t end, int protection)
{
    const std::lock_guard lock{mutex_};
    if (!vm_.follows_host_mappings()) lend(begin, end, protection);
    if (protection == PROT_NONE) return;
    for (std::uint64_t at = down(begin); at < end; at += layout::kLargePage)
        if (given_[window_of(at)]) entry::open(space_.reservation(), at, at + layout::kLargePage);
}

/// For an engine that reads the host's memory itself: what it may do is told.
void Windows::lend(std::uint64_t begin, std::uint64_t end, int protection)
{
    using engine::Access;
    const Access reading = protection == PROT_NONE ? Access::None : Access::Read;
    vm_.protect({begin}, end - begin, (protection & PROT_WRITE) != 0 ? Access::ReadWrite : reading);
}

}  // namespace husk::program
