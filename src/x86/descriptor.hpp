#pragma once

#include <husk/x86.hpp>

#include <cstdint>

/// What a guest's descriptor tables hold.
///
///     63      56 55  52 51   48 47 46  44 43  40 39     32 31            16 15             0
///     ┌─────────┬──────┬───────┬──┬──────┬──────┬─────────┬────────────────┬────────────────┐
///     │ base    │G DB L│ limit │P │DPL S │ type │ base    │ base 15:0      │ limit 15:0     │  segment
///     │ 31:24   │  AVL │ 19:16 │  │      │      │ 23:16   │                │                │
///     ├─────────┴──────┴───────┼──┼──────┼──────┼─────────┼────────────────┼────────────────┤
///     │ offset 31:16           │P │DPL 0 │ type │ IST     │ selector       │ offset 15:0    │  gate
///     └────────────────────────┴──┴──────┴──────┴─────────┴────────────────┴────────────────┘
///     Long mode: gates, TSS and LDT descriptors go on with 8 bytes, of which the first 4 are bits 63:32 of offset or base.
///
/// SDM Vol. 3A, "Segment Descriptors" (3.4.5), "IDT Descriptors" (6.11), "64-Bit Mode IDT" (6.14.1).
namespace husk::x86 {

/// A segment selector. SDM Vol. 3A, "Segment Selectors" (3.4.2).
struct Selector {
    std::uint16_t value = 0;

    constexpr unsigned rpl() const { return value & 3u; }
    constexpr bool in_ldt() const { return (value & 4u) != 0; }
    /// Of its descriptor in GDT or LDT, in bytes.
    constexpr std::uint32_t offset() const { return value & 0xFFF8u; }
    constexpr bool null() const { return (value & 0xFFFCu) == 0; }
    /// As error codes have it: without RPL.
    constexpr std::uint32_t error_code() const { return value & 0xFFFCu; }
    constexpr Selector with_rpl(unsigned rpl) const { return {static_cast<std::uint16_t>((value & 0xFFFCu) | rpl)}; }
};

/// Types of system descriptors (S is 0). SDM Vol. 3A, "System Descriptor Types" (3.5, table 3-2).
enum class SystemType : std::uint8_t {
    Tss16Available = 1,
    Ldt = 2,
    Tss16Busy = 3,
    CallGate16 = 4,
    TaskGate = 5,
    InterruptGate16 = 6,
    TrapGate16 = 7,
    Tss32Available = 9,
    Tss32Busy = 11,
    CallGate32 = 12,  ///< 64-bit in long mode, as the next two
    InterruptGate32 = 14,
    TrapGate32 = 15,
};
/// In a TSS descriptor's type: the task is running, or interrupted.
inline constexpr std::uint8_t kBusy = 1u << 1;

// Bits of the type of code and data segments. SDM Vol. 3A, "Code- and Data-Segment Descriptor Types" (3.4.5.1).
inline constexpr std::uint8_t kAccessed = 1u << 0;
inline constexpr std::uint8_t kWritable = 1u << 1;    ///< data
inline constexpr std::uint8_t kReadable = 1u << 1;    ///< code
inline constexpr std::uint8_t kExpandDown = 1u << 2;  ///< data
inline constexpr std::uint8_t kConforming = 1u << 2;  ///< code
inline constexpr std::uint8_t kCode = 1u << 3;

constexpr bool is_code(const Segment& segment)
{
    return segment.code_or_data && (segment.type & kCode) != 0;
}
constexpr bool is_writable_data(const Segment& segment)
{
    return segment.code_or_data && (segment.type & (kCode | kWritable)) == kWritable;
}
constexpr bool is_conforming(const Segment& segment)
{
    return is_code(segment) && (segment.type & kConforming) != 0;
}

/// All of the address space, present, for ring 0; `type` has the bits above.
constexpr Segment flat_segment(Selector selector, std::uint8_t type)
{
    return {.limit = 0xFFFF'FFFF,
            .selector = selector.value,
            .type = type,
            .present = true,
            .code_or_data = true,
            .big = true,
            .granular = true};
}

/// The segment that a register holds once it is loaded with `selector`. `upper` is the second half of a long-mode TSS or LDT
/// descriptor.
Segment decode_segment(std::uint64_t descriptor, Selector selector, std::uint64_t upper = 0);

/// An entry of the IDT.
struct Gate {
    SystemType type{};
    bool system = false;  ///< S is 0, as it must be
    bool present = false;
    std::uint8_t dpl = 0;  ///< software interrupts need this privilege
    Selector selector;     ///< of the handler's code segment, or of a task
    std::uint64_t offset = 0;
    std::uint8_t ist = 0;  ///< long mode: which stack of the TSS; 0 for none

    /// Leaves interrupts as they are.
    bool trap() const { return type == SystemType::TrapGate16 || type == SystemType::TrapGate32; }
    bool wide() const { return type == SystemType::InterruptGate32 || type == SystemType::TrapGate32; }
};

Gate decode_gate(std::uint64_t descriptor, std::uint64_t upper = 0);

/// True if bytes `offset` to `offset + size - 1` lie within `segment`, as code outside 64-bit mode must.
/// SDM Vol. 3A, "Limit Checking" (5.3).
bool within_limit(const Segment& segment, std::uint32_t offset, std::uint32_t size);

}  // namespace husk::x86
