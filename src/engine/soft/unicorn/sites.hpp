#pragma once

#include "engine/soft/cpu/linear.hpp"
#include "engine/soft/cpu/segment_rules.hpp"

#include <unicorn/unicorn.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace husk::soft {

/// The addresses at which Unicorn must stop: those of IN, OUT, HLT and the like (SiteInstruction), and of what segments may forbid.
///
/// Unicorn has hooks for IN and OUT, but calls them in the middle of a block of translated code, where neither RIP nor the flags
/// are known and from where it goes on to the block's end. A hook on the address of the instruction is called before it, with
/// exact registers, and can stop there; it costs nothing elsewhere. So straight-line code is looked through when Unicorn is
/// about to translate it, and what is found is hooked.
class Sites {
public:
    /// `stop` is called, with `data`, before an instruction at a site.
    Sites(uc_engine* engine, uc_cb_hookcode_t stop, void* data) : engine_{engine}, stop_{stop}, data_{data} {}
    Sites(const Sites&) = delete;
    Sites& operator=(const Sites&) = delete;

    /// What Unicorn must know of a run of straight-line code before it translates it.
    struct Found {
        bool new_site = false;      ///< it starts with a site that was none before: Unicorn has looked for a hook there already
        bool unsafe = false;        ///< it starts with what must not be translated
        bool step = false;          ///< only its first instruction may be translated
        unsigned instructions = 0;  ///< of a block of Unicorn's, at most
    };

    /// Linear addresses that shall be sites whatever is there. What is translated already must be forgotten.
    void set_breakpoints(std::vector<std::uint64_t> at) { breakpoints_ = std::move(at); }
    bool is_breakpoint(std::uint64_t address) const
    {
        return std::find(breakpoints_.begin(), breakpoints_.end(), address) != breakpoints_.end();
    }

    /// Looks through the straight-line code at `from` (`bits`-bit: 16, 32 or 64), which runs under `rules`.
    Found look_through(const Linear& memory, std::uint64_t from, unsigned bits, const SegmentRules& rules);

    /// What was a site is other code by now.
    void forget(std::uint64_t address);

    /// True if Unicorn need not stop at the site at `address` while the upper half of RAX is zero.
    bool is_for_wide_rax(std::uint64_t address) const;

    /// Forgets all, if they are so many that looking for them takes time. Only while Unicorn is not running.
    void trim();

private:
    struct Site {
        uc_hook hook = 0;
        bool for_wide_rax = false;
    };
    bool add(std::uint64_t address, bool for_wide_rax);

    uc_engine* engine_;
    uc_cb_hookcode_t stop_;
    void* data_;
    std::unordered_map<std::uint64_t, Site> hooks_;
    std::vector<std::uint64_t> breakpoints_;
};

}  // namespace husk::soft
