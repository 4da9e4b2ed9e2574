#include "engine/soft/unicorn/code_pages.hpp"

#include <algorithm>
#include <utility>

namespace husk::soft {

void CodePages::watch(GuestPhys page)
{
    const auto now = memory_.window(page, kPageSize);
    if (!now) return;
    Watched& watched = watched_.emplace_back(Watched{.page = page, .before = {}});
    std::ranges::copy(*now, watched.before.begin());
}

std::vector<CodePages::Change> CodePages::take_changes()
{
    std::vector<Change> changes;
    for (const Watched& watched : std::exchange(watched_, {})) {
        const auto after = memory_.window(watched.page, kPageSize).value();
        const auto first = std::ranges::mismatch(watched.before, after).in1 - watched.before.begin();
        if (static_cast<std::uint64_t>(first) == kPageSize) continue;
        auto last = static_cast<std::ptrdiff_t>(kPageSize) - 1;
        while (watched.before[static_cast<std::size_t>(last)] == after[static_cast<std::size_t>(last)]) --last;
        changes.push_back({watched.page + static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last - first + 1)});
    }
    return changes;
}

}  // namespace husk::soft
