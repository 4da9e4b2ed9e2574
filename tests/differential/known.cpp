#include "differential/known.hpp"

#include "differential/places.hpp"

#include <husk/address.hpp>

#include <array>
#include <cmath>
#include <cstring>

namespace husk::test {

namespace {

using enum Known::Avoided;

constexpr std::array kKnown{
    Known{"status flags after logic, shifts, multiplication, division, BT, BSF, DAA …",
          "the manual leaves some undefined, instruction by instruction; QEMU, KVM and processors differ", ByFlags},
    Known{"exceptions in MXCSR and the x87 status word",
          "Unicorn's QEMU (5.0) computes right results but does not note inexact, overflow … there; none is ever unmasked", Masked},
    Known{"C0, C1, C2, C3 of the x87 status word", "defined after comparisons only, where they are read; C1 is not kept by Unicorn",
          Masked},
    Known{"OF, SF, AF after FCOMI and FUCOMI", "processors clear them, Unicorn leaves them", ByFlags},
    Known{"which of two NaNs SSE arithmetic gives",
          "processors give the first operand's, Unicorn that with the larger fraction, as x87", Masked},
    Known{"FLD, FST and arithmetic of a signalling NaN", "Unicorn does not make it a quiet one", NotGenerated},
    Known{"FSCALE with a lower precision, FLDPI and its kin with another rounding",
          "Unicorn rounds the one, and not the other, against the manual", NotGenerated},
    Known{"FSIN, FPATAN, F2XM1 …, RCPPS, RSQRTPS", "approximations, of another precision on every processor", NotGenerated},
    Known{"the upper half of a segment register pushed as 32 bits",
          "the manual allows zero and what was there before (SDM Vol. 2B, \"PUSH\")", NotGenerated},
    Known{"ENTER of frames, or of another size than the stack's; AAA, AAS, DAA; AAM, AAD; CMPXCHG r32, r32; IRET in protected mode",
          "KVM's instruction emulator has not, or has wrong; compared where it is not used", NotGenerated},
    Known{"exceptions of ring 0 through gates of 16 bits, or on a stack segment that has a base",
          "a KVM without VT-x and AMD-V pushes their frame as if gates had 32 bits and the base were zero", NotGenerated},
    Known{"#SS for an address that is not canonical, by RBP or RSP", "Unicorn raises #GP for all such addresses", NotGenerated},
    Known{"MXCSR_MASK", "which bits of MXCSR a processor has is its own affair", Masked},
    Known{"FOP, FIP, FDP", "pointers to the last x87 instruction: AMD saves them only after an exception, QEMU never", Masked},
    Known{"bit 5 of a PDPTE in PAE paging", "reserved; QEMU, under the nested lane, sets it as if it were ACCESSED", Masked},
    Known{"RF in the flags that a fault pushes, in the nested lane", "QEMU leaves it clear; processors set it", Masked},
    Known{"flags after CMPXCHG8B, limits of segments, precision of x87, in the nested lane",
          "QEMU takes those flags from an earlier time, does not check limits, and rounds FLD, which it should not", NotGenerated},
};

/// Bits of the area that FXSAVE fills. SDM Vol. 1, "FXSAVE Area" (10.5.1).
struct Range {
    std::uint64_t begin, end;
    std::byte bits;
};
constexpr std::byte kAllBits{0xFF};
constexpr std::array kMaskedInFloatState{
    Range{2, 3, kAllBits},           // FSW: exceptions
    Range{3, 4, std::byte{0xC7}},    // FSW: condition codes, and whether it is busy; not TOP
    Range{5, 24, kAllBits},          // reserved; FOP, FIP, FDP
    Range{24, 25, std::byte{0x3F}},  // MXCSR: exceptions
    Range{28, 32, kAllBits},         // MXCSR_MASK
};

}  // namespace

std::span<const Known> known_differences()
{
    return kKnown;
}

std::span<const std::string_view> wrong_in_nested()
{
    static constexpr std::array<std::string_view, 3> kWrong{"cmpxchg8b", "beyond a limit", "x87 control"};
    return kWrong;
}

void clear_pushed_resume_flag(const Sequence& sequence, Ending& ending)
{
    constexpr std::uint32_t kWithErrorCode = 1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17;
    constexpr std::uint64_t kInstructionPointerAndCode = 2;
    const Setting setting = sequence.setting;
    const x86::State& state = ending.state;
    const std::uint64_t handler = state.registers.rip + (is_long(setting) ? 0 : state.system.cs.base) - places::kHandlers;
    if (setting == Setting::Real || handler >= places::kVectors * places::kHandlerSize) return;
    const std::uint64_t vector = handler / places::kHandlerSize;
    const bool has_code = vector < 32 && (kWithErrorCode >> vector & 1) != 0;
    const std::uint64_t size = is_long(setting) ? 8 : setting == Setting::Protected16 ? 2 : 4;
    const std::uint64_t frame = state.registers.rsp + (is_long(setting) ? 0 : state.system.ss.base);
    const std::uint64_t at = frame + (kInstructionPointerAndCode + (has_code ? 1 : 0)) * size + 2;
    if (size > 2 && at < ending.memory.size()) ending.memory[at] &= ~std::byte{1};  // RF is bit 16
}

namespace {

template <typename Float>
bool is_nan(const Ending& ending, std::uint64_t at)
{
    Float value;
    std::memcpy(&value, ending.memory.data() + at / sizeof value * sizeof value, sizeof value);
    return std::isnan(value);
}

}  // namespace

bool is_nan_on_both(const Sequence& sequence, std::uint64_t at, const Ending& one, const Ending& other)
{
    constexpr std::uint64_t kFirst = places::kFloatAfter + 160, kEnd = kFirst + 256;  // XMM0 … XMM15
    if (sequence.prologue.empty() || at < kFirst || at >= kEnd) return false;
    return (is_nan<float>(one, at) && is_nan<float>(other, at)) || (is_nan<double>(one, at) && is_nan<double>(other, at));
}

std::byte masked_bits(const Sequence& sequence, std::uint64_t at)
{
    constexpr std::byte kAccessed{0x20};
    constexpr std::uint64_t kEntrySize = 8;
    if (sequence.setting == Setting::Pae && at == at / kEntrySize * kEntrySize && at - places::kTables < kPageSize)
        return kAccessed;
    if (sequence.prologue.empty()) return {};
    for (const auto& [begin, end, bits] : kMaskedInFloatState)
        if (at >= places::kFloatAfter + begin && at < places::kFloatAfter + end) return bits;
    return {};
}

}  // namespace husk::test
