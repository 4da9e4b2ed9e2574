#include "differential/known.hpp"

#include "differential/places.hpp"

#include <algorithm>
#include <array>

namespace husk::test {

namespace {

using enum Known::Avoided;

constexpr std::array kKnown{
    Known{"status flags after logic, shifts, multiplication, division, BT, BSF, DAA …",
          "the manual leaves some undefined, instruction by instruction; QEMU, KVM and processors differ", ByFlags},
    Known{"MXCSR_MASK", "which bits of MXCSR a processor has is its own affair", Masked},
    Known{"FOP, FIP, FDP", "pointers to the last x87 instruction: AMD saves them only after an exception, QEMU never", Masked},
};

/// Of the area that FXSAVE fills. SDM Vol. 1, "FXSAVE Area" (10.5.1).
struct Range {
    std::uint64_t begin, end;
};
constexpr std::array kMaskedInFloatState{
    Range{5, 24},   // reserved; FOP, FIP, FDP
    Range{28, 32},  // MXCSR_MASK
};

}  // namespace

std::span<const Known> known_differences()
{
    return kKnown;
}

bool is_masked(const Sequence& sequence, std::uint64_t at)
{
    if (sequence.prologue.empty()) return false;
    return std::ranges::any_of(kMaskedInFloatState, [&](const Range& range) {
        return at >= places::kFloatAfter + range.begin && at < places::kFloatAfter + range.end;
    });
}

}  // namespace husk::test
