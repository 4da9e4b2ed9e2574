#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace husk::program {

/// A set of addresses, as ranges that do not touch.
class Ranges {
public:
    using Range = std::pair<std::uint64_t, std::uint64_t>;  ///< [first, second)

    void add(std::uint64_t begin, std::uint64_t end)
    {
        if (begin >= end) return;
        auto next = all_.lower_bound(begin);
        if (next != all_.begin() && std::prev(next)->second >= begin) --next;
        while (next != all_.end() && next->first <= end) {
            begin = std::min(begin, next->first);
            end = std::max(end, next->second);
            next = all_.erase(next);
        }
        all_.emplace_hint(next, begin, end);
    }

    void remove(std::uint64_t begin, std::uint64_t end)
    {
        for (const auto& [from, to] : within(begin, end)) {
            const auto whole = std::prev(all_.upper_bound(from));
            const auto [first, last] = *whole;
            all_.erase(whole);
            if (first < from) all_.emplace(first, from);
            if (to < last) all_.emplace(to, last);
        }
    }

    /// Those parts of [begin, end) that are in it, from the lowest up.
    std::vector<Range> within(std::uint64_t begin, std::uint64_t end) const
    {
        std::vector<Range> found;
        auto next = all_.upper_bound(begin);
        if (next != all_.begin()) --next;
        for (; next != all_.end() && next->first < end; ++next)
            if (const Range part{std::max(begin, next->first), std::min(end, next->second)}; part.first < part.second)
                found.push_back(part);
        return found;
    }

    bool empty() const { return all_.empty(); }

private:
    std::map<std::uint64_t, std::uint64_t> all_;  // end by begin
};

}  // namespace husk::program
