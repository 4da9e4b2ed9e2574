#include "engine/kvm/convert.hpp"

namespace husk::kvm {

namespace {

kvm_segment to_kvm(const x86::Segment& from)
{
    return {
        .base = from.base,
        .limit = from.limit,
        .selector = from.selector,
        .type = from.type,
        .present = from.present,
        .dpl = from.dpl,
        .db = from.big,
        .s = from.code_or_data,
        .l = from.long_code,
        .g = from.granular,
        .avl = from.available,
        .unusable = from.unusable,
        .padding = 0,
    };
}

x86::Segment from_kvm(const kvm_segment& from)
{
    return {
        .base = from.base,
        .limit = from.limit,
        .selector = from.selector,
        .type = from.type,
        .dpl = from.dpl,
        .present = from.present != 0,
        .code_or_data = from.s != 0,
        .available = from.avl != 0,
        .long_code = from.l != 0,
        .big = from.db != 0,
        .granular = from.g != 0,
        .unusable = from.unusable != 0,
    };
}

kvm_dtable to_kvm(const x86::DescriptorTable& from)
{
    return {.base = from.base, .limit = from.limit, .padding = {}};
}

x86::DescriptorTable from_kvm(const kvm_dtable& from)
{
    return {.base = from.base, .limit = from.limit};
}

}  // namespace

kvm_regs to_kvm(const x86::Registers& from)
{
    return {
        .rax = from.rax,
        .rbx = from.rbx,
        .rcx = from.rcx,
        .rdx = from.rdx,
        .rsi = from.rsi,
        .rdi = from.rdi,
        .rsp = from.rsp,
        .rbp = from.rbp,
        .r8 = from.r8,
        .r9 = from.r9,
        .r10 = from.r10,
        .r11 = from.r11,
        .r12 = from.r12,
        .r13 = from.r13,
        .r14 = from.r14,
        .r15 = from.r15,
        .rip = from.rip,
        .rflags = from.rflags.word(),
    };
}

x86::Registers from_kvm(const kvm_regs& from)
{
    return {
        .rax = from.rax,
        .rbx = from.rbx,
        .rcx = from.rcx,
        .rdx = from.rdx,
        .rsi = from.rsi,
        .rdi = from.rdi,
        .rsp = from.rsp,
        .rbp = from.rbp,
        .r8 = from.r8,
        .r9 = from.r9,
        .r10 = from.r10,
        .r11 = from.r11,
        .r12 = from.r12,
        .r13 = from.r13,
        .r14 = from.r14,
        .r15 = from.r15,
        .rip = from.rip,
        .rflags = Flags<x86::Rflags>{from.rflags},
    };
}

void to_kvm(const x86::SystemRegisters& from, kvm_sregs& into)
{
    into.cs = to_kvm(from.cs);
    into.ds = to_kvm(from.ds);
    into.es = to_kvm(from.es);
    into.fs = to_kvm(from.fs);
    into.gs = to_kvm(from.gs);
    into.ss = to_kvm(from.ss);
    into.tr = to_kvm(from.tr);
    into.ldt = to_kvm(from.ldt);
    into.gdt = to_kvm(from.gdt);
    into.idt = to_kvm(from.idt);
    into.cr0 = from.cr0.word();
    into.cr2 = from.cr2;
    into.cr3 = from.cr3;
    into.cr4 = from.cr4.word();
    into.cr8 = from.cr8;
    into.efer = from.efer.word();
}

x86::SystemRegisters from_kvm(const kvm_sregs& from)
{
    return {
        .cs = from_kvm(from.cs),
        .ds = from_kvm(from.ds),
        .es = from_kvm(from.es),
        .fs = from_kvm(from.fs),
        .gs = from_kvm(from.gs),
        .ss = from_kvm(from.ss),
        .tr = from_kvm(from.tr),
        .ldt = from_kvm(from.ldt),
        .gdt = from_kvm(from.gdt),
        .idt = from_kvm(from.idt),
        .cr0 = Flags<x86::Cr0>{from.cr0},
        .cr2 = from.cr2,
        .cr3 = from.cr3,
        .cr4 = Flags<x86::Cr4>{from.cr4},
        .cr8 = from.cr8,
        .efer = Flags<x86::Efer>{from.efer},
    };
}

}  // namespace husk::kvm
