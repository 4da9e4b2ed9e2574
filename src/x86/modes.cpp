#include "x86/modes.hpp"

#include "x86/descriptor.hpp"

namespace husk::x86 {

namespace {

// Accessed, as a processor that loaded them would leave them.
constexpr std::uint8_t kCodeReadable = kCode | kReadable | kAccessed;
constexpr std::uint8_t kDataWritable = kWritable | kAccessed;
constexpr auto kTss32Busy = static_cast<std::uint8_t>(SystemType::Tss32Busy);
constexpr auto kLdt = static_cast<std::uint8_t>(SystemType::Ldt);

constexpr std::uint16_t kCodeSelector = 1 << 3;
constexpr std::uint16_t kDataSelector = 2 << 3;
constexpr std::uint32_t kRealLimit = 0xFFFF;

// CR0 once paging is on, as simple-kvm sets it.
constexpr auto kPagingCr0 = Cr0::PE | Cr0::MP | Cr0::ET | Cr0::NE | Cr0::WP | Cr0::AM | Cr0::PG;

Segment real_segment(std::uint8_t type)
{
    return {.limit = kRealLimit, .type = type, .present = true, .code_or_data = true};
}

void set_data_segments(SystemRegisters& system, const Segment& data)
{
    system.ds = system.es = system.fs = system.gs = system.ss = data;
}

State start(std::uint64_t entry, std::uint64_t stack)
{
    State state;
    state.registers.rip = entry;
    state.registers.rsp = stack;
    // Processors insist on a usable task register, and on an LDTR that is unusable or valid, before they enter a guest:
    // SDM Vol. 3C, "Checks on Guest Segment Registers" (27.3.1.2). These are their values at reset.
    state.system.tr = {.limit = kRealLimit, .type = kTss32Busy, .present = true};
    state.system.ldt = {.limit = kRealLimit, .type = kLdt, .present = true};
    return state;
}

}  // namespace

State real_mode(std::uint64_t entry, std::uint64_t stack)
{
    State state = start(entry, stack);
    state.system.cr0 = Cr0::ET;
    // The instruction pointer has 16 bits: what is above them goes into CS.
    state.system.cs = real_segment(kCodeReadable);
    state.system.cs.base = entry & 0xF'0000;
    state.system.cs.selector = static_cast<std::uint16_t>(state.system.cs.base >> 4);
    state.registers.rip = entry & 0xFFFF;
    set_data_segments(state.system, real_segment(kDataWritable));
    // So with the stack; one that ends where a segment does wraps down into it at its first push.
    state.system.ss.base = stack == 0 ? 0 : (stack - 1) & 0xF'0000;
    state.system.ss.selector = static_cast<std::uint16_t>(state.system.ss.base >> 4);
    state.registers.rsp = stack & 0xFFFF;
    // The interrupt vector table: SDM Vol. 3B, "Interrupt and Exception Handling" in real-address mode (21.1.4).
    state.system.idt = {.base = 0, .limit = 0x3FF};
    return state;
}

State protected_mode(std::uint64_t entry, std::uint64_t stack)
{
    State state = start(entry, stack);
    state.system.cr0 = Cr0::PE | Cr0::ET;
    state.system.cs = flat_segment({kCodeSelector}, kCodeReadable);
    set_data_segments(state.system, flat_segment({kDataSelector}, kDataWritable));
    return state;
}

State paged_mode(std::uint64_t entry, std::uint64_t stack, GuestPhys tables)
{
    State state = protected_mode(entry, stack);
    state.system.cr3 = tables.value;
    state.system.cr4 = Cr4::PSE;
    state.system.cr0 = kPagingCr0;
    return state;
}

State long_mode(std::uint64_t entry, std::uint64_t stack, GuestPhys tables)
{
    State state = protected_mode(entry, stack);
    state.system.cr3 = tables.value;
    state.system.cr4 = Cr4::PAE;
    state.system.cr0 = kPagingCr0;
    state.system.efer = Efer::LME | Efer::LMA;
    // 64-bit code needs D clear: SDM Vol. 3A, "Code Segment Descriptor" in IA-32e mode (5.2.1).
    state.system.cs.big = false;
    state.system.cs.long_code = true;
    return state;
}

}  // namespace husk::x86
