#pragma once

#include <unicorn/unicorn.h>

#include <cstddef>
#include <cstdint>

namespace husk::soft {

/// Where a Context keeps what Unicorn's interface does not give: the hidden parts of segment registers, the flags that it
/// translates code by, the error code of an exception. Offsets in bytes.
///
/// The order of the fields is QEMU's (`struct CPUX86State`), the offsets are found out: values that occur nowhere else are written
/// through the interface and looked for in a saved context, and what lies between them is checked against what it must be.
///
///     rip │ eflags │ … │ hflags │ … │ segments[6] │ ldt │ tr │ gdt │ idt │ cr[0…4] │ … │ efer │ … │ error_code │ is_interrupt │
///     next_rip │ dr[0…7] │ … │ old_exception │ …
struct Layout {
    std::size_t rip = 0;
    std::size_t eflags = 0;    ///< without the arithmetic flags and DF, which are kept apart
    std::size_t hflags = 0;    ///< bits of Hidden
    std::size_t segments = 0;  ///< ES, CS, SS, DS, FS, GS
    std::size_t ldt = 0, tr = 0, gdt = 0, idt = 0;
    std::size_t cr = 0;  ///< CR0, CR1, CR2, CR3, CR4
    std::size_t efer = 0;
    std::size_t error_code = 0;    ///< of the exception in hand
    std::size_t is_interrupt = 0;  ///< it is INT n, INT3 or INTO
    std::size_t dr6 = 0;
    std::size_t old_exception = 0;  ///< the one before, by which QEMU tells a double fault; kNoException if none

    /// Throws Error if this Unicorn is laid out in another way. Found out once a process; `engine` must be fresh, and is again.
    static const Layout& of(uc_engine* engine);
};

inline constexpr std::int32_t kNoException = -1;

/// How a segment register, GDTR or IDTR lies in a Context.
struct StoredSegment {
    std::uint32_t selector = 0;
    std::uint32_t padding = 0;
    std::uint64_t base = 0;
    std::uint32_t limit = 0;
    std::uint32_t flags = 0;  ///< the descriptor's upper 32 bits, of which bits 23:20 and 15:8 are used
};
static_assert(sizeof(StoredSegment) == 24);

}  // namespace husk::soft
