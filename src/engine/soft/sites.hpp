#pragma once

#include "engine/soft/linear.hpp"

#include <unicorn/unicorn.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace husk::soft {

/// The addresses at which Unicorn must stop: those of IN, OUT, INS, OUTS and HLT.
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

    /// What there is in straight-line code.
    enum class Found : std::uint8_t {
        Nothing,    ///< to mind
        NewSite,    ///< the first instruction is one: Unicorn has looked for a hook there already and must look again
        FatalNow,   ///< the first instruction must not be translated
        FatalLater  ///< another must not be, so that no more than the first may be
    };

    /// Looks through the straight-line code at `from` (`bits`-bit: 16, 32 or 64), and hooks the sites in it.
    Found look_through(const Linear& memory, std::uint64_t from, unsigned bits);

    /// What was a site is other code by now.
    void forget(std::uint64_t address);

    /// Forgets all, if they are so many that looking for them takes time. Only while Unicorn is not running.
    void trim();

private:
    bool add(std::uint64_t address);

    uc_engine* engine_;
    uc_cb_hookcode_t stop_;
    void* data_;
    std::unordered_map<std::uint64_t, uc_hook> hooks_;
};

}  // namespace husk::soft
