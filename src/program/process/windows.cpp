#include "program/process/windows.hpp"

#include "program/entry/pages.hpp"

#include <sys/mman.h>

#include <algorithm>

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
    vm_.add_memory({entry::kBase}, space_.reservation().bytes(entry::kBase, entry::kSize), true);
    space_.watch([this](std::uint64_t begin, std::uint64_t end, int protection) { changed(begin, end, protection); });
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
    const std::lock_guard lock{mutex_};
    give(window_of(address));
    entry::open(space_.reservation(), large, large + layout::kLargePage);
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

/// For an engine that reads the host's memory itself: it may have what the host can read, and nothing else.
void Windows::lend(std::uint64_t begin, std::uint64_t end, int protection)
{
    // Pieces of what was lent that lie within are taken back; those that reach beyond are cut.
    for (auto piece = lent_.lower_bound(begin);;) {
        if (piece != lent_.begin() && std::prev(piece)->second > begin) --piece;
        if (piece == lent_.end() || piece->first >= end) break;
        const auto [from, to] = *piece;
        const std::uint64_t cut_begin = std::max(from, begin);
        const std::uint64_t cut_end = std::min(to, end);
        vm_.remove_memory({cut_begin}, cut_end - cut_begin);
        piece = lent_.erase(piece);
        if (from < begin) lent_.emplace(from, begin);
        if (to > end) lent_.emplace(end, to);
        piece = lent_.lower_bound(cut_end);
    }
    if (protection == PROT_NONE) return;
    vm_.add_memory({begin}, space_.reservation().bytes(begin, end - begin), (protection & PROT_WRITE) != 0);
    lent_.emplace(begin, end);
}

}  // namespace husk::program
