#include "engine/soft/cpu/delivery.hpp"

#include "engine/soft/cpu/stack.hpp"
#include "engine/soft/cpu/transfer.hpp"

#include <fmt/format.h>

#include <array>

namespace husk::soft {

namespace {

namespace exits = engine::exits;
using x86::Exception;
using x86::Rflags;

constexpr bool in_set(std::uint32_t set, std::uint8_t vector)
{
    return vector < 32 && (set >> vector & 1) != 0;
}

template <typename... Vectors>
constexpr std::uint32_t set_of(Vectors... vectors)
{
    return ((1u << vectors) | ...);
}

// Faults point to their instruction and set RF in the frame. SDM Vol. 3A, "Exception and Interrupt Vectors" (6.3, table 6-1).
constexpr std::uint32_t kFaults = set_of(0, 5, 6, 7, 10, 11, 12, 13, 14, 16, 17, 19, 20, 21);
// SDM Vol. 3A, "Interrupt 8—Double Fault Exception (#DF)" (table 6-4).
constexpr std::uint32_t kContributory = set_of(0, 10, 11, 12, 13);

/// What the processor raises if `second` came up while it delivered `first`; nothing if it gives up: a triple fault.
std::optional<Exception> combine(const Event& first, const Exception& second)
{
    const bool second_is_serious = in_set(kContributory, second.vector) || second.vector == x86::kPageFault;
    if (first.software) return second;
    if (first.vector == x86::kDoubleFault && second_is_serious) return std::nullopt;
    const bool doubled = (in_set(kContributory, first.vector) && in_set(kContributory, second.vector)) ||
                         (first.vector == x86::kPageFault && second_is_serious);
    if (doubled) return Exception{.vector = x86::kDoubleFault, .has_error_code = true};
    return second;
}

Expected<void> attempt(Transfer& transfer)
{
    if (!transfer.state.system.cr0.has(x86::Cr0::PE)) return deliver_in_real_mode(transfer);
    return deliver_through_gate(transfer);
}

/// The privilege that a task's code runs at.
unsigned privilege_in_task(const x86::State& state)
{
    return state.registers.rflags.has(Rflags::VM) ? 3 : state.system.cs.selector & 3u;
}

}  // namespace

Event event_of(const Exception& exception, std::uint64_t return_to)
{
    Event event{.vector = exception.vector,
                .error_code = {},
                .return_to = return_to,
                .address = exception.address,
                .fault = in_set(kFaults, exception.vector)};
    if (exception.has_error_code) event.error_code = exception.error_code;
    return event;
}

Exception exception_of(const Event& event)
{
    return {.vector = event.vector,
            .has_error_code = event.error_code.has_value(),
            .error_code = event.error_code.value_or(0),
            .address = event.address};
}

Delivered deliver(const Memory& memory, const x86::State& state, unsigned privilege, Event event)
{
    Delivered result{.state = state, .end = {}, .written = {}};
    const Exception first = exception_of(event);
    for (;;) {
        Transfer transfer{memory, result.state, privilege, event};
        const auto arrived = attempt(transfer);
        const auto& written = transfer.memory.written();
        result.written.insert(result.written.end(), written.begin(), written.end());
        if (arrived || transfer.committed) result.state = transfer.state;
        if (arrived) return result;
        if (transfer.committed) privilege = privilege_in_task(transfer.state);

        if (const auto* nowhere = std::get_if<Nowhere>(&arrived.error())) {
            result.end = exits::CannotExecute{fmt::format("the processor needs {:#x} to deliver {}, and there is no memory",
                                                          nowhere->at.value, x86::name_of_vector(event.vector))};
            return result;
        }
        const auto& fault = std::get<Exception>(arrived.error());
        if (fault.vector == x86::kPageFault) result.state.system.cr2 = fault.address;
        const auto next = combine(event, fault);
        if (!next) {
            result.end = exits::Shutdown{.first = first};
            return result;
        }
        // A fault in delivering INT n is that instruction's own.
        event = event_of(*next, result.state.registers.rip);
    }
}

Expected<void> deliver_in_real_mode(Transfer& transfer)
{
    constexpr std::uint32_t kVectorSize = 4;  // IP, CS. SDM Vol. 3B, "Interrupt and Exception Handling" (21.1.4)
    const x86::SystemRegisters& system = transfer.state.system;
    const Event& event = transfer.event;
    const std::uint32_t offset = event.vector * kVectorSize;
    if (offset + kVectorSize - 1 > system.idt.limit) return transfer.fault(x86::kGeneralProtection);
    const auto vector = transfer.memory.load<std::uint32_t>(system.idt.base + offset);
    if (!vector) return tl::unexpected{vector.error()};

    Stack stack{system.ss, transfer.state.registers.rsp, 0};
    const std::array frame{transfer.state.registers.rflags.word(), std::uint64_t{system.cs.selector}, event.return_to};
    if (auto pushed = stack.push(transfer, frame, 2); !pushed) return pushed;

    x86::State& state = transfer.state;
    state.registers.rsp = stack.pointer();
    state.registers.rip = *vector & 0xFFFF;
    state.registers.rflags = state.registers.rflags.without(Rflags::IF | Rflags::TF | Rflags::AC | Rflags::RF);
    state.system.cs.selector = static_cast<std::uint16_t>(*vector >> 16);
    state.system.cs.base = std::uint64_t{state.system.cs.selector} << 4;
    return {};
}

}  // namespace husk::soft
