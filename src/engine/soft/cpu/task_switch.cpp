// A switch to another task, as an event makes it through a task gate: the old task is left as it was, to be returned to by IRET.
// (Switches by JMP, CALL and IRET are Unicorn's own.) SDM Vol. 3A, "Task Management" (8).
#include "engine/soft/cpu/descriptors.hpp"
#include "engine/soft/cpu/stack.hpp"
#include "engine/soft/cpu/transfer.hpp"

#include <array>

namespace husk::soft {

namespace {

using x86::Registers;
using x86::Rflags;
using x86::Segment;
using x86::Selector;
using x86::SystemRegisters;

/// Where a TSS keeps what. SDM Vol. 3A, "32-Bit TSS" (8.2.1), "16-Bit TSS" (8.6).
struct Shape {
    std::uint32_t smallest_limit;  ///< bytes, minus one
    unsigned width;                ///< bytes a register
    std::uint32_t cr3;             ///< 0: none
    std::uint32_t ip;              ///< then the flags, eight general registers, the segment registers
    unsigned segments;             ///< how many of them
    std::uint32_t ldt;
    std::uint32_t flags() const { return ip + width; }
    std::uint32_t general(unsigned index) const { return ip + (2 + index) * width; }
    std::uint32_t segment(unsigned index) const { return ip + (10 + index) * width; }
};
constexpr Shape kTss32{.smallest_limit = 0x67, .width = 4, .cr3 = 0x1C, .ip = 0x20, .segments = 6, .ldt = 0x60};
constexpr Shape kTss16{.smallest_limit = 0x2B, .width = 2, .cr3 = 0, .ip = 0x0E, .segments = 4, .ldt = 0x2A};

constexpr std::array kGeneral{&Registers::rax, &Registers::rcx, &Registers::rdx, &Registers::rbx,
                              &Registers::rsp, &Registers::rbp, &Registers::rsi, &Registers::rdi};
constexpr std::array kSegments{&SystemRegisters::es, &SystemRegisters::cs, &SystemRegisters::ss,
                               &SystemRegisters::ds, &SystemRegisters::fs, &SystemRegisters::gs};

const Shape& shape_of(const Segment& tss)
{
    return (tss.type | x86::kBusy) == static_cast<std::uint8_t>(x86::SystemType::Tss32Busy) ? kTss32 : kTss16;
}

bool is_available_tss(const Segment& segment)
{
    using x86::SystemType;
    const auto type = static_cast<SystemType>(segment.type);
    return !segment.code_or_data && (type == SystemType::Tss32Available || type == SystemType::Tss16Available);
}

/// One task-state segment.
class Tss {
public:
    Tss(Transfer& transfer, const Segment& segment) : transfer_{transfer}, base_{segment.base}, shape_{shape_of(segment)} {}

    const Shape& shape() const { return shape_; }
    Expected<std::uint64_t> load(std::uint32_t offset)
    {
        std::uint64_t value = 0;
        const auto bytes = std::as_writable_bytes(std::span{&value, 1}).first(shape_.width);
        if (auto done = transfer_.memory.read(base_ + offset, bytes); !done) return tl::unexpected{done.error()};
        return value;
    }
    Expected<void> store(std::uint32_t offset, std::uint64_t value)
    {
        return transfer_.memory.write(base_ + offset, std::as_bytes(std::span{&value, 1}).first(shape_.width));
    }

private:
    Transfer& transfer_;
    std::uint64_t base_;
    const Shape& shape_;
};

Expected<Segment> find_task(Transfer& transfer, Selector selector)
{
    if (selector.null() || selector.in_ldt()) return transfer.fault(x86::kGeneralProtection, selector.error_code());
    const auto found = load_descriptor(transfer, selector, x86::kGeneralProtection);
    if (!found) return found;
    if (!is_available_tss(*found)) return transfer.fault(x86::kGeneralProtection, selector.error_code());
    if (!found->present) return transfer.fault(x86::kNotPresent, selector.error_code());
    if (found->limit < shape_of(*found).smallest_limit) return transfer.fault(x86::kInvalidTss, selector.error_code());
    return found;
}

/// Everything but CR3 and LDTR, which do not change behind a task's back.
Expected<void> save(Transfer& transfer, Tss& tss)
{
    const auto& [registers, system] = transfer.state;
    const Shape& shape = tss.shape();
    const auto flags = transfer.event.fault ? registers.rflags | Rflags::RF : registers.rflags;
    if (auto done = tss.store(shape.ip, transfer.event.return_to); !done) return done;
    if (auto done = tss.store(shape.flags(), flags.word()); !done) return done;
    for (unsigned i = 0; i < kGeneral.size(); ++i)
        if (auto done = tss.store(shape.general(i), registers.*kGeneral.at(i)); !done) return done;
    for (unsigned i = 0; i < shape.segments; ++i)
        if (auto done = tss.store(shape.segment(i), (system.*kSegments.at(i)).selector); !done) return done;
    return {};
}

/// What the new task starts with: registers as they are in its TSS, segment registers not yet loaded.
struct Loaded {
    Registers registers;
    std::uint64_t cr3 = 0;
    std::array<Selector, kSegments.size()> segments{};
    Selector ldt;
};

Expected<Loaded> read(Tss& tss)
{
    Loaded loaded;
    const Shape& shape = tss.shape();
    std::uint64_t flags = 0;
    std::array<std::uint64_t, kSegments.size()> segments{};
    std::uint64_t ldt = 0;
    const auto load = [&tss](std::uint32_t offset, std::uint64_t& to) -> Expected<void> {
        return tss.load(offset).map([&to](std::uint64_t value) { to = value; });
    };
    if (auto done = load(shape.ip, loaded.registers.rip); !done) return tl::unexpected{done.error()};
    if (auto done = load(shape.flags(), flags); !done) return tl::unexpected{done.error()};
    for (unsigned i = 0; i < kGeneral.size(); ++i)
        if (auto done = load(shape.general(i), loaded.registers.*kGeneral.at(i)); !done) return tl::unexpected{done.error()};
    for (unsigned i = 0; i < shape.segments; ++i)
        if (auto done = load(shape.segment(i), segments.at(i)); !done) return tl::unexpected{done.error()};
    if (auto done = load(shape.ldt, ldt); !done) return tl::unexpected{done.error()};
    if (shape.cr3 != 0)
        if (auto done = load(shape.cr3, loaded.cr3); !done) return tl::unexpected{done.error()};

    // Nested: IRET returns to the task that was interrupted.
    loaded.registers.rflags = Flags<Rflags>{flags} | Rflags::NT | Rflags::One;
    for (unsigned i = 0; i < segments.size(); ++i) loaded.segments.at(i) = {static_cast<std::uint16_t>(segments.at(i))};
    loaded.ldt = {static_cast<std::uint16_t>(ldt)};
    return loaded;
}

/// The registers of the new task. Until load_segments() the segment registers have selectors only.
void enter_task(Transfer& transfer, const Loaded& loaded, const Segment& task)
{
    auto& [registers, system] = transfer.state;
    registers = loaded.registers;
    if (shape_of(task).cr3 != 0 && system.cr0.has(x86::Cr0::PG)) system.cr3 = loaded.cr3;
    system.cr0 |= x86::Cr0::TS;
    system.tr = task;
    system.ldt = {.selector = loaded.ldt.value, .unusable = true};
    for (unsigned i = 0; i < kSegments.size(); ++i)
        system.*kSegments.at(i) = {.selector = loaded.segments.at(i).value, .unusable = true};
    transfer.committed = true;
}

Segment virtual_8086_segment(Selector selector)
{
    constexpr std::uint8_t kDataAccessed = x86::kWritable | x86::kAccessed;
    return {.base = std::uint64_t{selector.value} << 4,
            .limit = 0xFFFF,
            .selector = selector.value,
            .type = kDataAccessed,
            .dpl = 3,
            .present = true,
            .code_or_data = true};
}

/// Faults are #TS, or #NP and #SS if only P is missing. SDM Vol. 3A, "Exception Conditions Checked During a Task Switch" (table
/// 8-1).
Expected<Segment> load_segment(Transfer& transfer, Segment SystemRegisters::*which, Selector selector, unsigned cpl)
{
    const std::uint32_t code = selector.error_code();
    const bool is_cs = which == &SystemRegisters::cs;
    const bool is_ss = which == &SystemRegisters::ss;
    if (selector.null()) {
        if (is_cs || is_ss) return transfer.fault(x86::kInvalidTss, code);
        return Segment{.selector = selector.value, .unusable = true};
    }
    const auto segment = load_descriptor(transfer, selector, x86::kInvalidTss);
    if (!segment) return segment;
    const bool readable = segment->code_or_data && (!is_code(*segment) || (segment->type & x86::kReadable) != 0);
    bool valid = readable && (is_conforming(*segment) || (segment->dpl >= cpl && segment->dpl >= selector.rpl()));
    if (is_cs) valid = is_code(*segment) && (is_conforming(*segment) ? segment->dpl <= cpl : segment->dpl == cpl);
    if (is_ss) valid = is_writable_data(*segment) && segment->dpl == cpl && selector.rpl() == cpl;
    if (!valid) return transfer.fault(x86::kInvalidTss, code);
    if (!segment->present) return transfer.fault(is_ss ? x86::kStackFault : x86::kNotPresent, code);
    return mark_descriptor(transfer, *segment, x86::kAccessed);
}

Expected<void> load_ldt(Transfer& transfer, Selector selector)
{
    if (selector.null()) return {};
    if (selector.in_ldt()) return transfer.fault(x86::kInvalidTss, selector.error_code());
    const auto ldt = load_descriptor(transfer, selector, x86::kInvalidTss);
    if (!ldt) return tl::unexpected{ldt.error()};
    const bool valid = !ldt->code_or_data && ldt->type == static_cast<std::uint8_t>(x86::SystemType::Ldt) && ldt->present;
    if (!valid) return transfer.fault(x86::kInvalidTss, selector.error_code());
    transfer.state.system.ldt = *ldt;
    return {};
}

Expected<void> load_segments(Transfer& transfer, const Loaded& loaded)
{
    auto& [registers, system] = transfer.state;
    if (auto done = load_ldt(transfer, loaded.ldt); !done) return done;
    if (registers.rflags.has(Rflags::VM)) {
        for (unsigned i = 0; i < kSegments.size(); ++i) system.*kSegments.at(i) = virtual_8086_segment(loaded.segments.at(i));
        return {};
    }
    constexpr std::array<unsigned, kSegments.size()> kOrder{1, 2, 0, 3, 4, 5};  // CS, SS, then the others
    const unsigned cpl = loaded.segments.at(kOrder.front()).rpl();
    for (const unsigned i : kOrder) {
        const auto segment = load_segment(transfer, kSegments.at(i), loaded.segments.at(i), cpl);
        if (!segment) return tl::unexpected{segment.error()};
        system.*kSegments.at(i) = *segment;
    }
    return {};
}

/// The event's error code goes on the new task's stack.
Expected<void> push_error_code(Transfer& transfer, unsigned width)
{
    if (!transfer.event.error_code) return {};
    auto& [registers, system] = transfer.state;
    Stack stack{system.ss, registers.rsp, registers.rflags.has(Rflags::VM) ? 3u : system.cs.selector & 3u};
    const std::array item{std::uint64_t{*transfer.event.error_code}};
    if (auto pushed = stack.push(transfer, item, width); !pushed) return pushed;
    registers.rsp = stack.pointer();
    return {};
}

}  // namespace

Expected<void> switch_task(Transfer& transfer, Selector selector)
{
    const Segment old = transfer.state.system.tr;
    auto task = find_task(transfer, selector);
    if (!task) return tl::unexpected{task.error()};
    Tss old_tss{transfer, old};
    Tss new_tss{transfer, *task};
    const auto loaded = read(new_tss);
    if (!loaded) return tl::unexpected{loaded.error()};
    if (auto saved = save(transfer, old_tss); !saved) return saved;
    // The link back, 16 bits in either shape.
    if (auto linked = transfer.memory.store(task->base, old.selector); !linked) return linked;
    task = mark_descriptor(transfer, *task, x86::kBusy);
    if (!task) return tl::unexpected{task.error()};

    enter_task(transfer, *loaded, *task);
    if (auto done = load_segments(transfer, *loaded); !done) return done;
    if (auto done = push_error_code(transfer, new_tss.shape().width); !done) return done;
    if (transfer.state.registers.rip > transfer.state.system.cs.limit) return transfer.fault(x86::kGeneralProtection);
    return {};
}

}  // namespace husk::soft
