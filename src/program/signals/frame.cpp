#include "program/signals/frame.hpp"

#include "program/signals/vector_image.hpp"

#include <cstring>

namespace husk::program {

namespace {

constexpr std::uint64_t kRedZone = 128;
constexpr std::uint64_t kVectorAlignment = 64, kFrameAlignment = 16;
constexpr std::uint64_t kReturnAddress = 8;  // bytes; a CALL would have pushed it
constexpr std::uint16_t kUserCode = 0x33,
                        kUserData = 0x2B;  // Linux's selectors; programs look at them to see in which mode they run

constexpr std::uint64_t down(std::uint64_t address, std::uint64_t alignment)
{
    return address & ~(alignment - 1);
}

struct Place {
    std::uint64_t vector_state;
    std::uint64_t frame;
};

std::optional<Place> place(const Suspended& from, const Action& action)
{
    const std::uint64_t stack_pointer = from.registers.rsp;
    const bool on_it = from.stack.in_use(stack_pointer);
    const bool entered = action.has(SA_ONSTACK) && from.stack.size != 0 && !on_it;
    const std::uint64_t top = entered ? from.stack.top() : stack_pointer - kRedZone;

    const std::uint64_t vector_state = down(top - image::size_in_frame(from.vector_state.size()), kVectorAlignment);
    const std::uint64_t frame = down(vector_state - sizeof(SignalFrame), kFrameAlignment) - kReturnAddress;
    // A handler's frame never grows out of the stack that was given for it.
    if ((on_it || entered) && !from.stack.holds(frame)) return std::nullopt;
    return Place{vector_state, frame};
}

SignalContext context_of(const Suspended& from, std::uint64_t vector_state)
{
    const x86::Registers& now = from.registers;
    SignalContext context;
    context.r8 = now.r8, context.r9 = now.r9, context.r10 = now.r10, context.r11 = now.r11;
    context.r12 = now.r12, context.r13 = now.r13, context.r14 = now.r14, context.r15 = now.r15;
    context.rdi = now.rdi, context.rsi = now.rsi, context.rbp = now.rbp, context.rbx = now.rbx;
    context.rdx = now.rdx, context.rax = now.rax, context.rcx = now.rcx, context.rsp = now.rsp;
    context.rip = now.rip, context.rflags = now.rflags.word();
    context.cs = kUserCode, context.ss = kUserData;
    context.error = from.exception.error, context.trap = from.exception.vector, context.cr2 = from.exception.cr2;
    context.old_mask = from.mask.word();
    context.vector_state = vector_state;
    return context;
}

void take_registers(x86::Registers& into, const SignalContext& from)
{
    into.r8 = from.r8, into.r9 = from.r9, into.r10 = from.r10, into.r11 = from.r11;
    into.r12 = from.r12, into.r13 = from.r13, into.r14 = from.r14, into.r15 = from.r15;
    into.rdi = from.rdi, into.rsi = from.rsi, into.rbp = from.rbp, into.rbx = from.rbx;
    into.rdx = from.rdx, into.rax = from.rax, into.rcx = from.rcx, into.rsp = from.rsp;
    into.rip = from.rip;
}

x86::Registers handler_registers(const x86::Registers& now, const Action& action, int signal, std::uint64_t frame)
{
    using F = x86::Rflags;
    x86::Registers registers = now;
    registers.rip = action.handler;
    registers.rsp = frame;
    registers.rdi = static_cast<std::uint64_t>(signal);
    registers.rsi = frame + offsetof(SignalFrame, info);
    registers.rdx = frame + offsetof(SignalFrame, context);
    registers.rax = 0;  // a handler may be declared without a prototype: no vector registers carry arguments
    registers.rflags = now.rflags.without(F::DF | F::TF | F::RF);
    return registers;
}

/// What IRETQ would refuse, as the kernel comes to see it when it returns to the program.
bool can_be_resumed(const UserContext& context)
{
    constexpr std::uint64_t kUserAddresses = std::uint64_t{1} << 47;
    constexpr std::uint16_t kRing3 = 3;
    const SignalContext& registers = context.registers;
    const bool any_ss = (context.flags & UserContext::kRestoresSsAsItIs) == 0;
    const bool canonical = registers.rsp < kUserAddresses || registers.rsp >= ~(kUserAddresses - 1);
    return registers.rip < kUserAddresses && canonical && (registers.cs | kRing3) == kUserCode &&
           (any_ss || (registers.ss | kRing3) == kUserData);
}

template <typename T>
std::span<const std::byte> bytes_of(const T& value)
{
    return std::as_bytes(std::span{&value, 1});
}

}  // namespace

Flags<x86::Rflags> flags_after(Flags<x86::Rflags> now, std::uint64_t wanted)
{
    using F = x86::Rflags;
    constexpr Flags<F> kOfPrograms = F::AC | F::OF | F::DF | F::TF | F::SF | F::ZF | F::AF | F::PF | F::CF | F::RF;
    return now.without(kOfPrograms) | Flags<F>{wanted & kOfPrograms.word()};
}

std::optional<x86::Registers> write_frame(const UserMemory& memory, const Suspended& from, const Action& action,
                                          const SignalInfo& info)
{
    if (!action.has(Action::kRestorer)) return std::nullopt;
    const std::optional<Place> at = place(from, action);
    if (!at) return std::nullopt;

    SignalFrame frame;
    frame.return_to = action.restorer;
    frame.context.flags = UserContext::kHasVectorState | UserContext::kHasSs | UserContext::kRestoresSsAsItIs;
    frame.context.stack = from.stack;
    frame.context.registers = context_of(from, at->vector_state);
    frame.context.mask = from.mask;
    frame.info = info;

    const std::vector<std::byte> vector_state = image::for_frame(from.vector_state, from.states);
    if (!memory.write({at->vector_state}, vector_state) || !memory.write({at->frame}, bytes_of(frame))) return std::nullopt;
    return handler_registers(from.registers, action, info.si_signo, at->frame);
}

std::optional<Resumed> read_frame(const UserMemory& memory, const x86::Registers& now, std::uint64_t states,
                                  std::size_t vector_size)
{
    // The handler's RET has taken the return address.
    const std::optional<SignalFrame> frame = memory.get<SignalFrame>({now.rsp - kReturnAddress});
    if (!frame) return std::nullopt;
    const UserContext& context = frame->context;

    Resumed resumed{.registers = now, .mask = context.mask.without(kUnblockable), .stack = context.stack};
    take_registers(resumed.registers, context.registers);
    resumed.registers.rflags = flags_after(now.rflags, context.registers.rflags);

    std::optional<std::vector<std::byte>> vector_state =
        image::from_frame(memory, {context.registers.vector_state}, states, vector_size);
    resumed.sound = vector_state && can_be_resumed(context);
    resumed.vector_state = vector_state ? std::move(*vector_state) : initial_vector_state(vector_size);
    return resumed;
}

}  // namespace husk::program
