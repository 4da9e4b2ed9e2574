#pragma once

#include "differential/random.hpp"
#include "differential/sequence.hpp"

namespace husk::test {

/// Fills in `sequence.start` and `sequence.memory` for its setting: segments with bases of their own, descriptor tables, page
/// tables, registers and data of any kind.
void make_start(Sequence& sequence, Random& random);

/// Puts x87 and SSE state for FXRSTOR at places::kFloatBefore: registers with anything in them, no exceptions unmasked.
void make_float_state(Sequence& sequence, Random& random);

/// Puts the interrupt vectors or the IDT, the handlers, and what the TSS has of ring 0's stack into `sequence.memory`.
void make_handlers(Sequence& sequence);

/// The descriptor that loads `segment`. SDM Vol. 3A, "Segment Descriptors" (3.4.5).
std::uint64_t descriptor(const x86::Segment& segment);

/// The state that FXRSTOR and FXSAVE use is this long. SDM Vol. 1, "FXSAVE Area" (10.5.1).
inline constexpr std::size_t kFloatStateSize = 512;

}  // namespace husk::test
