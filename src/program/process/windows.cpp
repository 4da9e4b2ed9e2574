#include "program/process/windows.hpp"

#include "program/entry/pages.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>

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
    : space_{space}, vm_{vm}, vdso_{vdso}, given_(space.extent().user_end() / layout::kWindow)
{
    const Reservation& all = space_.reservation();
    vm_.add_memory({entry::kBase}, entry::own_bytes(all, entry::kBase, entry::kSize), true);
    if (!vm_.follows_host_mappings()) {
        // It takes addresses only once, and then what may be done at them.
        vm_.add_memory({0}, all.bytes(0, user_end()), true);
        vm_.protect({0}, user_end(), engine::Access::None);
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
        open_vdso();
        return true;
    }
    const std::uint64_t large = down(address);
    if (address >= user_end() || !space_.any(large, large + layout::kLargePage)) return false;
    const std::uint64_t begin = window_of(address) * layout::kWindow;
    open(begin, begin + layout::kWindow);
    return true;
}

void Windows::prepare(std::uint64_t address)
{
    if (address < user_end() && !is_open(address)) (void)open(address);
}

bool Windows::is_open(std::uint64_t address)
{
    const std::lock_guard lock{mutex_};
    return entry::is_open(space_.reservation(), address);
}

void Windows::open_vdso()
{
    if (vdso_.empty()) return;
    const std::lock_guard lock{mutex_};
    if (!vdso_given_) vm_.add_memory({layout::kVdso}, vdso_, false);
    vdso_given_ = true;
    entry::open(space_.reservation(), layout::kVdso, layout::kVdso + layout::kLargePage);
}

/// What there is in a window is opened with it: a fault that leaves the machine costs as much as ten that do not.
void Windows::open(std::uint64_t begin, std::uint64_t end)
{
    std::vector<std::uint64_t> used;
    for (std::uint64_t at = begin; at < end; at += layout::kLargePage)
        if (space_.any(at, at + layout::kLargePage)) used.push_back(at);
    const std::lock_guard lock{mutex_};
    give(window_of(begin), window_of(end));
    for (const std::uint64_t at : used) entry::open(space_.reservation(), at, at + layout::kLargePage);
}

/// The windows from the first to before the last, but those that are given.
void Windows::give(std::uint64_t first, std::uint64_t last)
{
    for (std::uint64_t window = first; window < last; ++window) {
        if (given_[window]) continue;
        std::uint64_t behind = window;
        while (behind < last && !given_[behind]) ++behind;
        const std::uint64_t begin = window * layout::kWindow, size = (behind - window) * layout::kWindow;
        if (vm_.follows_host_mappings()) vm_.add_memory({begin}, space_.reservation().bytes(begin, size), true);
        std::fill(given_.begin() + static_cast<std::ptrdiff_t>(window), given_.begin() + static_cast<std::ptrdiff_t>(behind), true);
    }
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
