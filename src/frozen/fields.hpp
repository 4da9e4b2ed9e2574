#pragma once

#include <husk/frozen.hpp>

#include <concepts>
#include <type_traits>

/// The fields of a machine's state by their names in a frozen file, once for writing and reading: `fields(value, visit)` calls
/// `visit("rax", value.rax)` and so on, in the file's order. A name that is here stays for as long as its version of the format.
namespace husk::frozen {

template <typename T, typename U>
concept Either = std::same_as<std::remove_const_t<T>, U>;

/// What a field is called, in `visit("rax", r.rax)`.
struct FieldName {
    const char* text;
    bool may_be_missing = false;  ///< files are older than it: one that is as it is from the start is not written
    // NOLINTNEXTLINE(google-explicit-constructor): a field is visited by its name alone
    constexpr FieldName(const char* name) : text{name} {}
    constexpr FieldName(const char* name, bool missing) : text{name}, may_be_missing{missing} {}
};
constexpr FieldName may_be_missing(const char* name)
{
    return {name, true};
}

void fields(Either<x86::Registers> auto& r, auto&& visit)
{
    visit("rax", r.rax), visit("rbx", r.rbx), visit("rcx", r.rcx), visit("rdx", r.rdx);
    visit("rsi", r.rsi), visit("rdi", r.rdi), visit("rsp", r.rsp), visit("rbp", r.rbp);
    visit("r8", r.r8), visit("r9", r.r9), visit("r10", r.r10), visit("r11", r.r11);
    visit("r12", r.r12), visit("r13", r.r13), visit("r14", r.r14), visit("r15", r.r15);
    visit("rip", r.rip), visit("rflags", r.rflags);
}

void fields(Either<x86::Segment> auto& s, auto&& visit)
{
    visit("base", s.base), visit("limit", s.limit), visit("selector", s.selector), visit("type", s.type), visit("dpl", s.dpl);
    visit("present", s.present), visit("code_or_data", s.code_or_data), visit("available", s.available);
    visit("long_code", s.long_code), visit("big", s.big), visit("granular", s.granular), visit("unusable", s.unusable);
}

void fields(Either<x86::DescriptorTable> auto& table, auto&& visit)
{
    visit("base", table.base), visit("limit", table.limit);
}

void fields(Either<x86::SystemRegisters> auto& s, auto&& visit)
{
    visit("cs", s.cs), visit("ds", s.ds), visit("es", s.es), visit("fs", s.fs), visit("gs", s.gs), visit("ss", s.ss);
    visit("tr", s.tr), visit("ldt", s.ldt), visit("gdt", s.gdt), visit("idt", s.idt);
    visit("cr0", s.cr0), visit("cr2", s.cr2), visit("cr3", s.cr3), visit("cr4", s.cr4), visit("cr8", s.cr8), visit("efer", s.efer);
}

void fields(Either<x86::ModelRegisters> auto& m, auto&& visit)
{
    visit("star", m.star), visit("lstar", m.lstar), visit("cstar", m.cstar), visit("fmask", m.fmask);
    visit("kernel_gs_base", m.kernel_gs_base), visit("sysenter_cs", m.sysenter_cs), visit("sysenter_esp", m.sysenter_esp);
    visit("sysenter_eip", m.sysenter_eip), visit("tsc_aux", m.tsc_aux), visit("xcr0", m.xcr0);
}

void fields(Either<SerialState> auto& s, auto&& visit)
{
    visit("received", s.received), visit("divisor", s.divisor), visit("interrupt_enable", s.interrupt_enable);
    visit("line_control", s.line_control), visit("modem_control", s.modem_control), visit("scratch", s.scratch);
    visit("fifo_on", s.fifo_on), visit("overrun", s.overrun);
}

void fields(Either<GuestPortState> auto& port, auto&& visit)
{
    visit("result", port.result), visit("freeze_asked", port.freeze_asked);
}

void fields(Either<MachineState> auto& state, auto&& visit)
{
    visit("registers", state.registers), visit("system", state.system), visit("model", state.model);
    visit("vectors", state.vectors), visit("serial", state.serial);
    visit("guest_port", state.guest_port);
}

void fields(Either<MemoryRegion> auto& region, auto&& visit)
{
    visit("base", region.base), visit("size", region.size), visit("mergeable", region.mergeable);
    visit("prefer_hugepages", region.prefer_hugepages);
}

void fields(Either<FrozenInfo> auto& info, auto&& visit)
{
    visit("kind", info.kind), visit("origin", info.origin), visit("point", info.point), visit("engine", info.engine);
    visit(may_be_missing("cpu_features"), info.cpu_features);
}

template <typename T>
concept Structure = requires(T& value)
{
    fields(value, [](const char*, auto&) {});
};

}  // namespace husk::frozen
