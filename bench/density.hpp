#pragma once

#include "interleave.hpp"
#include "proc.hpp"
#include "side.hpp"

#include <husk/machine.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// What husk_density's tables share.
namespace husk::bench {

/// The signal that came, if one did: everything is to be left as it was.
extern volatile std::sig_atomic_t interrupting_signal;
inline bool interrupted()
{
    return interrupting_signal != 0;
}

inline void print_row(const char* what, std::int64_t all_kib, std::size_t guests)
{
    fmt::print("| {} | {:.1f} KiB |\n", what, static_cast<double>(all_kib) / static_cast<double>(guests));
}

/// Microseconds that one more guest takes when there are few and when there are nearly all, a tenth of them each.
struct Pace {
    double first = 0, last = 0;
};

/// Calls `add` once a guest, until there are so many.
template <typename Add>
Pace pace_of(std::size_t guests, Add&& add)
{
    std::vector<double> tenths;
    const std::size_t tenth = std::max<std::size_t>(guests / 10, 1);
    for (std::size_t made = 0; made < guests && !interrupted();) {
        const std::size_t these = std::min(tenth, guests - made);
        const auto took = timed([&] {
            for (std::size_t i = 0; i < these; ++i) add();
        });
        tenths.push_back(took.count() / 1e3 / static_cast<double>(these));
        made += these;
    }
    return tenths.empty() ? Pace{} : Pace{tenths.front(), tenths.back()};
}

inline void print_pace(const char* who, const Pace& pace)
{
    fmt::print("| {}: thaw and first call, the first tenth | {:.0f} µs |\n| the last tenth | {:.0f} µs |\n", who, pace.first,
               pace.last);
}

/// What guests take that were thawed at `pace`, and are all alive.
inline void print_thawed(std::string_view what, std::size_t guests, Engine engine, const Resident& before, const Resident& now,
                         const Pace& pace)
{
    fmt::print("| {} {} thawed on {}, all alive, each of which answered twice | each |\n|---|--:|\n", guests, what, name(engine));
    print_row("Rss", now.rss - before.rss, guests);
    print_row("Private", now.own - before.own, guests);
    print_pace("husk", pace);
}

/// Thaws program_functions so often, each with a call, then calls each once more.
void tell_programs(std::size_t guests, Engine engine);

}  // namespace husk::bench
