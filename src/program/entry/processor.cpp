#include "program/entry/processor.hpp"

#include "base/match.hpp"
#include "program/entry/feature_question.hpp"

#include <husk/error.hpp>

#include <cerrno>

namespace husk::program::entry {

namespace {

/// The flags that Husk's own stubs run with: none but the one that is always set.
constexpr Flags<x86::Rflags> kOwnFlags{x86::Rflags::One};

bool within(std::uint64_t address, std::uint64_t begin, std::uint64_t size)
{
    return address >= begin && address - begin < size;
}

}  // namespace

/// Code at ring 3 that leads to an OUT to `port`.
void Processor::run_own_code(std::uint64_t at, std::uint16_t port, const char* what)
{
    x86::Registers own;
    own.rip = at;
    vcpu_->set_registers(own);
    for (;;) {
        const engine::Exit exit = vcpu_->run();
        if (std::holds_alternative<engine::exits::Interrupted>(exit)) continue;
        const auto* const out = std::get_if<engine::exits::PortOut>(&exit);
        if (out == nullptr || out->port != port) throw Error{what, EPROTO, "it did not arrive"};
        break;
    }
}

void Processor::find_system_call_ring()
{
    run_own_code(kTrialCall, kSystemCallPort, "SYSCALL at ring 3");
    stays_in_ring3_ = vcpu_->system_registers().cs.dpl == 3;
    crossed_ = stays_in_ring3_ ? Crossed::Nothing : Crossed::SystemCall;
}

x86::CpuFeatures Processor::ask_features()
{
    // Where the answers of this processor will be.
    write_call_stub(*space_, index_, feature_question());
    const x86::SystemRegisters before = vcpu_->system_registers();
    // By an exception, which arrives the same way everywhere.
    run_own_code(call_stub(index_), kExceptionPorts + x86::kInvalidOpcode, "CPUID at ring 3");
    const x86::CpuFeatures features = feature_answer(vcpu_->registers());
    vcpu_->set_system_registers(before);  // ring 3
    return features;
}

void Processor::answer_inside(const Answers& answers)
{
    stub_ = CallStub{answers, index_, stays_in_ring3_};
    write_call_stub(*space_, index_, stub_.code());
    // In ring 3 the stub could not give back what SYSCALL takes away.
    vcpu_->set_system_call_entry(call_stub(index_), stays_in_ring3_ ? 0 : fmask());
}

Event Processor::run(x86::Registers& user)
{
    for (;;) {
        const engine::Exit exit = vcpu_->run();
        using namespace engine::exits;
        auto event = std::visit(
            match{
                [&](const PortOut& out) { return port(out.port, user); },
                [&](const MemoryFault& fault) -> std::optional<Event> {
                    user = vcpu_->registers();
                    crossed_ = Crossed::Nothing;
                    return events::NoMemory{fault.at ? std::optional{fault.at->value} : std::nullopt};
                },
                [&](const MmioRead& access) -> std::optional<Event> {
                    user = vcpu_->registers();
                    crossed_ = Crossed::Nothing;
                    return events::NoMemory{access.at.value};
                },
                [&](const MmioWrite& access) -> std::optional<Event> {
                    user = vcpu_->registers();
                    crossed_ = Crossed::Nothing;
                    return events::NoMemory{access.at.value};
                },
                [&](const engine::exits::Interrupted&) { return interrupted(user); },
                [](const CannotExecute& what) -> std::optional<Event> { return events::Broken{what.reason}; },
                [](const Shutdown&) -> std::optional<Event> { return events::Broken{"the machine shut down (triple fault)"}; },
                [](const Halt&) -> std::optional<Event> { return events::Broken{"the machine halted"}; },
                [](const PortIn&) -> std::optional<Event> { return events::Broken{"a port was read"}; },
                [&](const engine::exits::Debug& debug) { return watched(debug, user); },
                [](const engine::exits::Exception&) -> std::optional<Event> {
                    return events::Broken{"an exception was not delivered"};
                },
            },
            exit);
        if (event) return *event;
    }
}

std::optional<Event> Processor::port(std::uint16_t port, x86::Registers& user)
{
    if (port == kSystemCallPort) {
        user = vcpu_->registers();
        user.rip = user.rcx;
        user.rflags = Flags<x86::Rflags>{user.r11};
        crossed_ = stays_in_ring3_ ? Crossed::Nothing : Crossed::SystemCall;
        return events::SystemCall{};
    }
    if (port == kOwnCallPort) {
        user = vcpu_->registers();
        crossed_ = Crossed::Nothing;
        return events::SystemCall{};
    }
    if (port >= kExceptionPorts && port < kExceptionPorts + kVectors) return exception(port - kExceptionPorts, user);
    return events::Broken{"a port that Husk does not use was written"};
}

Event Processor::exception(unsigned vector, x86::Registers& user)
{
    user = vcpu_->registers();
    if (user.rsp != frame_at(index_) - sizeof(std::uint64_t)) return events::Broken{"an exception in Husk's own stubs"};
    take_frame(user);
    // A program that steps by TF meets it in the stub where FMASK leaves it set.
    if (vector == x86::kDebugException)
        if (const auto finished = finish_call(user)) return *finished;
    return events::Exception{.vector = static_cast<std::uint8_t>(vector),
                             .error_code = read_error_code(*space_, index_),
                             .address = vector == x86::kPageFault ? vcpu_->system_registers().cr2 : 0};
}

/// A kick may come between a stub's instructions: before its OUT (go on: it leaves by itself), or before its return.
std::optional<Event> Processor::interrupted(x86::Registers& user)
{
    user = vcpu_->registers();
    crossed_ = Crossed::Nothing;
    if (user.rip == kSystemCallReturn && !stays_in_ring3_) {
        user.rip = user.rcx;
        user.rflags = Flags<x86::Rflags>{user.r11};
        crossed_ = Crossed::SystemCall;
    } else if (within(user.rip, kExceptionStubs, kPageSize)) {
        const auto vector = static_cast<unsigned>((user.rip - kExceptionStubs) / kStubSize);
        if (vector >= kVectors || user.rip != exception_return(vector)) return std::nullopt;
        take_frame(user);
    } else if (user.rip == kSystemCallStub) {
        return std::nullopt;
    } else if (auto finished = finish_call(user)) {
        // A program may have jumped there, in its own ring.
        if (vcpu_->system_registers().cs.dpl == 0) crossed_ = Crossed::SystemCall;
        return finished;
    }
    return events::Interrupted{};
}

/// While a processor watches, it tells here of steps by TF, too.
std::optional<Event> Processor::watched(const engine::exits::Debug& exit, x86::Registers& user)
{
    const x86::Registers now = vcpu_->registers();
    // What a program held back (by MOV SS) until its SYSCALL or exception was under way: that goes on.
    if (now.rip >= layout::kHusk) return std::nullopt;
    user = now;
    crossed_ = Crossed::Nothing;
    if (exit.stepped && !exit.data) return events::Exception{.vector = x86::kDebugException};
    return events::Watched{exit.data};
}

std::optional<Event> Processor::finish_call(x86::Registers& user) const
{
    const auto finished = stub_.finish(user);
    if (!finished) return std::nullopt;
    if (*finished == CallStub::Finish::Answered) return events::Interrupted{};
    return events::SystemCall{};
}

void Processor::take_frame(x86::Registers& user)
{
    const Frame frame = read_frame(*space_, index_);
    user.rip = frame.rip;
    user.rsp = frame.rsp;
    user.rflags = Flags<x86::Rflags>{frame.rflags};
    crossed_ = Crossed::Exception;
}

void Processor::resume(const x86::Registers& user, bool all)
{
    switch (crossed_) {
        case Crossed::Nothing: vcpu_->set_registers(user); return;
        case Crossed::Exception: return_by_frame(user); return;
        case Crossed::SystemCall: break;
    }
    // SYSRETQ with TF traps before the next instruction, and not behind it.
    if (all || user.rflags.has(x86::Rflags::TF)) return return_by_frame(user);
    x86::Registers own = user;
    own.rip = kSystemCallReturn;
    own.rcx = user.rip;
    own.r11 = user.rflags.word();
    own.rflags = kOwnFlags;
    vcpu_->set_registers(own);
}

void Processor::return_by_frame(const x86::Registers& user)
{
    write_frame(*space_, index_,
                {.rip = user.rip, .cs = kUserCode, .rflags = user.rflags.word(), .rsp = user.rsp, .ss = kUserData});
    x86::Registers own = user;
    own.rip = exception_return(0);
    own.rsp = frame_at(index_);
    own.rflags = kOwnFlags;
    vcpu_->set_registers(own);
}

}  // namespace husk::program::entry
