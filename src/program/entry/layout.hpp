#pragma once

#include "memory/reservation.hpp"
#include "program/space/layout.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// Husk's part of a program's space: what a processor needs to run ring 3, and to leave it. The guest's page tables and descriptor
/// tables are built once and then only added to; nothing of it can be read or written at ring 3 but what is said.
///
///     kHusk + 0x000000 ┌───────────────────────────┐
///                      │ PML4                      │
///             0x001000 │ PDPTs, one a 512 GiB      │
///             0x003000 │ page table                │  maps this part's first 2 MiB, so that faults find their way
///             0x004000 │ GDT                       │
///             0x005000 │ IDT                       │
///             0x006000 │ exception stubs           │
///             0x007000 │ system-call stubs         │  ring 3 may execute them: where SYSCALL does not change the ring, it must
///             0x010000 ├───────────────────────────┤
///                      │ a page a processor        │  TSS with its I/O bitmap, then free, then the ring-0 stack
///             0x110000 ├───────────────────────────┤
///                      │ what the stubs write      │  ring 3 may, too, where SYSCALL stays in it: nothing here is believed
///             0x114000 ├───────────────────────────┤
///                      │ function stubs            │  how the host calls a function; ring 3 may read and execute all of it
///                      │ vector registers          │  what it starts with, on the stubs' page as far as they fit: a fault less
///             0x118000 ├───────────────────────────┤
///                      │ free                      │
///             0x200000 ├───────────────────────────┤
///                      │ PDs, one a GiB            │  written as windows of the space come into use
///             0x600000 └───────────────────────────┘
namespace husk::program::entry {

inline constexpr std::uint64_t kBase = layout::kHusk;
inline constexpr std::uint64_t kPml4 = kBase;
inline constexpr std::uint64_t kPdpts = kBase + 0x1000;
inline constexpr std::uint64_t kPageTable = kBase + 0x3000;
inline constexpr std::uint64_t kGdt = kBase + 0x4000;
inline constexpr std::uint64_t kIdt = kBase + 0x5000;
inline constexpr std::uint64_t kExceptionStubs = kBase + 0x6000;
inline constexpr std::uint64_t kSystemCallStub = kBase + 0x7000;
inline constexpr std::uint64_t kProcessors = kBase + 0x1'0000;
inline constexpr std::uint64_t kCallData = kBase + 0x11'0000;
inline constexpr std::uint64_t kFunctionStubs = kBase + 0x11'4000;
inline constexpr std::uint64_t kVectorImage = kFunctionStubs + 0x100;
inline constexpr std::uint64_t kVectorImageEnd = kBase + 0x11'8000;
inline constexpr std::uint64_t kDirectories = kBase + 0x20'0000;
inline constexpr std::uint64_t kSize = 0x60'0000;

/// Of Husk's part of a space, by the guest's address: where it lies in the reservation, and its bytes.
inline std::uint64_t own_offset(const Reservation& space, std::uint64_t at)
{
    return layout::Extent{space.size()}.offset(at);
}
inline std::span<std::byte> own_bytes(const Reservation& space, std::uint64_t at, std::uint64_t size)
{
    return space.bytes(own_offset(space, at), size);
}

/// How many processors there is room for, and so threads at a time.
inline constexpr unsigned kMaxProcessors = 256;
static_assert(kProcessors + kMaxProcessors * kPageSize <= kCallData);
static_assert(kDirectories + layout::kSpace / 1_GiB * kPageSize <= kBase + kSize);

/// Ports by which the guest leaves: OUT of AL. The first two are open to ring 3, the others are not.
inline constexpr std::uint16_t kSystemCallPort = 0x10;
inline constexpr std::uint16_t kOwnCallPort = 0x11;     ///< a system call of ring 3's that is made without SYSCALL
inline constexpr std::uint16_t kExceptionPorts = 0x20;  ///< plus the vector
inline constexpr unsigned kVectors = 32;

/// Selectors: Linux's, for programs see them in CS and SS.
inline constexpr std::uint16_t kKernelCode = 0x10;
inline constexpr std::uint16_t kKernelData = 0x18;
inline constexpr std::uint16_t kUserCode32 = 0x23;
inline constexpr std::uint16_t kUserData = 0x2B;
inline constexpr std::uint16_t kUserCode = 0x33;
inline constexpr std::uint16_t kTss = 0x40;

constexpr std::uint64_t processor_page(unsigned processor)
{
    return kProcessors + processor * kPageSize;
}
constexpr std::uint64_t stack_top(unsigned processor)
{
    return processor_page(processor) + kPageSize;
}

/// Each exception stub: PUSH 0 where the processor pushes no error code, OUT, IRETQ.
inline constexpr std::uint64_t kStubSize = 16;
inline constexpr std::uint64_t kOutSize = 2;
constexpr bool pushes_error_code(unsigned vector)
{
    constexpr std::uint32_t kWithErrorCode =
        1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17 | 1u << 21 | 1u << 29 | 1u << 30;
    return (kWithErrorCode >> vector & 1u) != 0;
}
constexpr std::uint64_t exception_stub(unsigned vector)
{
    return kExceptionStubs + vector * kStubSize;
}
/// IRETQ of a stub.
constexpr std::uint64_t exception_return(unsigned vector)
{
    constexpr std::uint64_t kPushSize = 2;
    return exception_stub(vector) + (pushes_error_code(vector) ? 0 : kPushSize) + kOutSize;
}
/// SYSRETQ of the system-call stub that answers nothing, and a SYSCALL beside it, by which Husk finds out in which ring SYSCALL
/// arrives.
inline constexpr std::uint64_t kSystemCallReturn = kSystemCallStub + kOutSize;
inline constexpr std::uint64_t kTrialCall = kSystemCallStub + 0x10;

/// By which the host calls a function of the program's, and by which that comes back: function_call.hpp.
inline constexpr std::uint64_t kFunctionEntry = kFunctionStubs;
inline constexpr std::uint64_t kFunctionReturn = kFunctionStubs + 0x80;

/// Behind the system-call stub those of single processors, which answer some calls themselves, and what each of them counts.
inline constexpr std::uint64_t kCallStubs = kSystemCallStub + 0x100;
inline constexpr std::uint64_t kCallStubSize = 128;
inline constexpr std::uint64_t kCallDataSize = 64;  ///< a cache line, so that processors do not disturb each other
constexpr std::uint64_t call_stub(unsigned processor)
{
    return kCallStubs + processor * kCallStubSize;
}
constexpr std::uint64_t call_data(unsigned processor)
{
    return kCallData + processor * kCallDataSize;
}
inline constexpr std::uint64_t kCallDataEnd = kCallData + kMaxProcessors * kCallDataSize;
static_assert(call_stub(kMaxProcessors) <= kProcessors && kCallDataEnd <= kFunctionStubs && kVectorImageEnd <= kDirectories);

}  // namespace husk::program::entry
