#pragma once

#include "program/signals/action.hpp"
#include "program/signals/alternate_stack.hpp"
#include "program/signals/pending.hpp"
#include "program/space/user_memory.hpp"

#include <husk/x86.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// What the kernel for x86-64 leaves on a program's stack for a signal's handler, and takes back when the handler returns.
///
///     higher  │ the interrupted function's own                     │
///             ├────────────────────────────────────────────────────┤ ← RSP when it was interrupted
///             │ 128 bytes that it may use below                    │   the red zone of the System V ABI; not on another stack
///             ├────────────────────────────────────────────────────┤
///             │ vector registers as XSAVE stores them, with        │   64-byte aligned; what is where is told in bytes 464 to 511,
///             │ 4 bytes behind that mark the end                   │   which are software's
///             ├────────────────────────────────────────────────────┤
///             │ SignalFrame: where to return to, UserContext, info │   RSP + 8 is 16-byte aligned, as behind a CALL
///     lower   └────────────────────────────────────────────────────┘ ← RSP of the handler
namespace husk::program {

/// The kernel's struct sigcontext_64.
struct SignalContext {
    std::uint64_t r8 = 0, r9 = 0, r10 = 0, r11 = 0, r12 = 0, r13 = 0, r14 = 0, r15 = 0;
    std::uint64_t rdi = 0, rsi = 0, rbp = 0, rbx = 0, rdx = 0, rax = 0, rcx = 0, rsp = 0, rip = 0, rflags = 0;
    std::uint16_t cs = 0, gs = 0, fs = 0, ss = 0;
    std::uint64_t error = 0;     ///< of the last exception, as the processor pushed it
    std::uint64_t trap = 0;      ///< its vector
    std::uint64_t old_mask = 0;  ///< UserContext::mask again
    std::uint64_t cr2 = 0;       ///< the address of the last page fault
    std::uint64_t vector_state = 0;
    std::uint64_t reserved[8] = {};
};
static_assert(sizeof(SignalContext) == 256);

/// The kernel's struct ucontext.
struct UserContext {
    static constexpr std::uint64_t kHasVectorState = 1, kHasSs = 2, kRestoresSsAsItIs = 4;  ///< UC_FP_XSTATE, UC_SIGCONTEXT_SS, …

    std::uint64_t flags = 0;
    std::uint64_t link = 0;
    AlternateStack stack{};
    SignalContext registers;
    SignalSet mask{};
};
static_assert(sizeof(UserContext) == 304);

/// The kernel's struct rt_sigframe.
struct SignalFrame {
    std::uint64_t return_to = 0;
    UserContext context;
    SignalInfo info{};
};
static_assert(sizeof(SignalFrame) == 440);

/// What the software-reserved bytes of the XSAVE area tell: the kernel's struct _fpx_sw_bytes.
struct VectorStateNote {
    static constexpr std::size_t kOffset = 464;
    static constexpr std::uint32_t kMagic = 0x4650'5853, kEndMagic = 0x4650'5845;  ///< FP_XSTATE_MAGIC1, FP_XSTATE_MAGIC2

    std::uint32_t magic = 0;
    std::uint32_t extended_size = 0;  ///< in bytes, with the mark at the end
    std::uint64_t states = 0;         ///< bits of XCR0
    std::uint32_t size = 0;           ///< in bytes, without it
    std::uint32_t padding[7] = {};
};
static_assert(sizeof(VectorStateNote) == 48);

/// The exception that a thread caused last, for its frames.
struct LastException {
    std::uint64_t vector = 0, error = 0, cr2 = 0;
};

/// What a frame is made of.
struct Suspended {
    x86::Registers registers;
    std::span<const std::byte> vector_state;  ///< as XSAVE's standard format
    std::uint64_t states = 0;                 ///< XCR0
    SignalSet mask{};                         ///< to be restored
    AlternateStack stack{};
    LastException exception{};
};

/// Writes the frame, and gives the registers that the handler starts with. Nothing: the stack cannot hold it, which is SIGSEGV.
std::optional<x86::Registers> write_frame(const UserMemory& memory, const Suspended& from, const Action& action,
                                          const SignalInfo& info);

/// What a frame that the guest gave back says. Whatever it says is harmless: flags are those that a program may change.
struct Resumed {
    x86::Registers registers;
    SignalSet mask{};
    AlternateStack stack{};
    std::vector<std::byte> vector_state{};
    bool sound = false;  ///< false: all that could be was taken, and the thread gets SIGSEGV
};

/// Reads the frame of a thread that called rt_sigreturn with `now`. `states` and `vector_size` are what its processor has. Each
/// byte is read once. Nothing: it cannot be read.
std::optional<Resumed> read_frame(const UserMemory& memory, const x86::Registers& now, std::uint64_t states,
                                  std::size_t vector_size);

/// `now` with those flags of `wanted` that a program may change, as the kernel's FIX_EFLAGS; the others stay as they are.
Flags<x86::Rflags> flags_after(Flags<x86::Rflags> now, std::uint64_t wanted);

/// The vector registers of a new program, in `size` bytes.
std::vector<std::byte> initial_vector_state(std::size_t size);

}  // namespace husk::program
