// Delivery through the gates of an IDT. The names of its steps, and their order, follow the pseudo-code of
// SDM Vol. 2A, "INT n/INTO/INT3/INT1—Call to Interrupt Procedure".
#include "engine/soft/cpu/descriptors.hpp"
#include "engine/soft/cpu/stack.hpp"
#include "engine/soft/cpu/transfer.hpp"
#include "x86/walk.hpp"

#include <vector>

namespace husk::soft {

namespace {

using x86::Gate;
using x86::Rflags;
using x86::Segment;
using x86::Selector;
using x86::SystemType;

bool long_mode(const Transfer& transfer)
{
    return transfer.state.system.efer.has(x86::Efer::LMA);
}

bool from_virtual_8086(const Transfer& transfer)
{
    return transfer.state.registers.rflags.has(Rflags::VM);
}

/// What error codes say of a gate: its index, and that it is one of the IDT.
std::uint32_t gate_code(const Transfer& transfer)
{
    constexpr std::uint32_t kInIdt = 1u << 1;
    return transfer.event.vector * 8u | kInIdt;
}

bool is_usable(const Gate& gate, bool long_mode)
{
    if (!gate.system) return false;
    if (long_mode) return gate.wide();
    return gate.wide() || gate.type == SystemType::TaskGate || gate.type == SystemType::InterruptGate16 ||
           gate.type == SystemType::TrapGate16;
}

Expected<Gate> read_gate(Transfer& transfer)
{
    const x86::DescriptorTable& idt = transfer.state.system.idt;
    const std::uint32_t size = long_mode(transfer) ? 16 : 8;
    const std::uint32_t offset = transfer.event.vector * size;
    if (offset + size - 1 > idt.limit) return transfer.fault(x86::kGeneralProtection, gate_code(transfer));

    const auto lower = transfer.memory.load<std::uint64_t>(idt.base + offset);
    if (!lower) return tl::unexpected{lower.error()};
    std::uint64_t upper = 0;
    if (long_mode(transfer)) {
        const auto loaded = transfer.memory.load<std::uint64_t>(idt.base + offset + sizeof upper);
        if (!loaded) return tl::unexpected{loaded.error()};
        upper = *loaded;
    }
    const Gate gate = x86::decode_gate(*lower, upper);
    if (!is_usable(gate, long_mode(transfer))) return transfer.fault(x86::kGeneralProtection, gate_code(transfer));
    if (transfer.event.software && gate.dpl < transfer.privilege)
        return transfer.fault(x86::kGeneralProtection, gate_code(transfer));
    if (!gate.present) return transfer.fault(x86::kNotPresent, gate_code(transfer));
    return gate;
}

/// The handler's code segment, which is at least as privileged as the code that runs.
Expected<Segment> read_code(Transfer& transfer, const Gate& gate)
{
    if (gate.selector.null()) return transfer.fault(x86::kGeneralProtection);
    const auto segment = load_descriptor(transfer, gate.selector, x86::kGeneralProtection);
    if (!segment) return segment;
    const std::uint32_t code = gate.selector.error_code();
    if (!is_code(*segment) || segment->dpl > transfer.privilege) return transfer.fault(x86::kGeneralProtection, code);
    if (long_mode(transfer) && (!segment->long_code || segment->big)) return transfer.fault(x86::kGeneralProtection, code);
    if (!segment->present) return transfer.fault(x86::kNotPresent, code);
    if (from_virtual_8086(transfer) && (is_conforming(*segment) || segment->dpl != 0))
        return transfer.fault(x86::kGeneralProtection, code);
    return mark_descriptor(transfer, *segment, x86::kAccessed);
}

/// Where the frame goes, and what becomes of SS.
struct NewStack {
    Stack stack;
    std::optional<Segment> ss;   ///< nothing: SS stays
    std::uint32_t selector = 0;  ///< for stack faults
};

Expected<NewStack> choose_stack_in_long_mode(Transfer& transfer, const Gate& gate, unsigned privilege)
{
    const bool inner = privilege < transfer.privilege;
    NewStack chosen{Stack::flat(transfer.state.registers.rsp, privilege), {}};
    if (gate.ist != 0 || inner) {
        const auto pointer = gate.ist != 0 ? load_ist(transfer, gate.ist) : load_rsp(transfer, privilege);
        if (!pointer) return tl::unexpected{pointer.error()};
        chosen.stack = Stack::flat(*pointer, privilege);
    }
    // Null, with the new privilege. SDM Vol. 3A, "Stack Switching in IA-32e Mode" (6.14.4).
    if (inner)
        chosen.ss = Segment{
            .selector = static_cast<std::uint16_t>(privilege), .dpl = static_cast<std::uint8_t>(privilege), .unusable = true};
    return chosen;
}

Expected<NewStack> choose_stack(Transfer& transfer, unsigned privilege)
{
    if (privilege == transfer.privilege && !from_virtual_8086(transfer))
        return NewStack{Stack{transfer.state.system.ss, transfer.state.registers.rsp, privilege}, {}};
    const auto inner = load_inner_stack(transfer, privilege);
    if (!inner) return tl::unexpected{inner.error()};
    return NewStack{Stack{inner->segment, inner->pointer, privilege}, inner->segment,
                    Selector{inner->segment.selector}.error_code()};
}

std::vector<std::uint64_t> frame_of(const Transfer& transfer, bool with_stack)
{
    const auto& [registers, system] = transfer.state;
    const Event& event = transfer.event;
    std::vector<std::uint64_t> frame;
    if (from_virtual_8086(transfer)) frame = {system.gs.selector, system.fs.selector, system.ds.selector, system.es.selector};
    if (with_stack) frame.insert(frame.end(), {system.ss.selector, registers.rsp});
    const auto flags = event.fault ? registers.rflags | Rflags::RF : registers.rflags;
    frame.insert(frame.end(), {flags.word(), system.cs.selector, event.return_to});
    if (event.error_code) frame.push_back(*event.error_code);
    return frame;
}

/// Nothing can go wrong any more.
void enter_handler(Transfer& transfer, const Gate& gate, const Segment& code, unsigned privilege, const NewStack& chosen)
{
    auto& [registers, system] = transfer.state;
    if (from_virtual_8086(transfer)) system.ds = system.es = system.fs = system.gs = Segment{.unusable = true};
    registers.rflags = registers.rflags.without(Rflags::TF | Rflags::NT | Rflags::VM | Rflags::RF);
    if (!gate.trap()) registers.rflags = registers.rflags.without(Rflags::IF);
    registers.rip = gate.offset;
    registers.rsp = chosen.stack.pointer();
    if (chosen.ss) system.ss = *chosen.ss;
    system.cs = code;
    system.cs.selector = gate.selector.with_rpl(privilege).value;
    if (long_mode(transfer)) system.cs.base = 0;  // 64-bit code has none, whatever its descriptor says
}

}  // namespace

Expected<void> deliver_through_gate(Transfer& transfer)
{
    const auto gate = read_gate(transfer);
    if (!gate) return tl::unexpected{gate.error()};
    if (gate->type == SystemType::TaskGate) return switch_task(transfer, gate->selector);
    const auto code = read_code(transfer, *gate);
    if (!code) return tl::unexpected{code.error()};
    const unsigned privilege = is_conforming(*code) ? transfer.privilege : code->dpl;

    const bool wide = long_mode(transfer);
    auto chosen = wide ? choose_stack_in_long_mode(transfer, *gate, privilege) : choose_stack(transfer, privilege);
    if (!chosen) return tl::unexpected{chosen.error()};
    const auto frame = frame_of(transfer, wide || chosen->ss);
    const unsigned width = wide ? 8 : gate->wide() ? 4 : 2;
    if (auto pushed = chosen->stack.push(transfer, frame, width, chosen->selector); !pushed) return pushed;
    const bool reachable = wide ? is_canonical(transfer.state.system, gate->offset) : gate->offset <= code->limit;
    if (!reachable) return transfer.fault(x86::kGeneralProtection);
    enter_handler(transfer, *gate, *code, privilege, *chosen);
    return {};
}

}  // namespace husk::soft
