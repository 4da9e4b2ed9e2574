#include "debug/core/registers.hpp"

#include "debug/gdb/description.hpp"
#include "x86/vector_state.hpp"

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace husk::debug {

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kFxsave = x86::VectorState::kHeader;
constexpr std::size_t kAvxSize = 256;  // the upper halves of 16 registers
constexpr std::size_t kWithAvx = x86::VectorState::kLegacySize + kAvxSize;
constexpr std::uint64_t kNoCall = ~0ull;  // "orig_rax" of what was not stopped in a system call

/// Where Linux's struct elf_prstatus has what there is to tell: include/linux/elfcore.h.
struct StatusLayout {
    std::size_t signal_number, signal, thread, registers, word, size;
};
constexpr StatusLayout kStatus64{.signal_number = 0, .signal = 12, .thread = 32, .registers = 112, .word = 8, .size = 336};
constexpr StatusLayout kStatus32{.signal_number = 0, .signal = 12, .thread = 24, .registers = 72, .word = 4, .size = 144};

void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t size)
{
    gdb::put_number(std::span{bytes}.subspan(at, size), value);
}

/// Linux's struct user_regs_struct: arch/x86/include/asm/user_64.h.
std::vector<std::uint64_t> wide_registers(const MachineState& state)
{
    const x86::Registers& r = state.registers;
    const x86::SystemRegisters& s = state.system;
    return {r.r15,     r.r14,     r.r13,         r.r12,         r.rbp,           r.rbx,        r.r11,
            r.r10,     r.r9,      r.r8,          r.rax,         r.rcx,           r.rdx,        r.rsi,
            r.rdi,     kNoCall,   r.rip,         s.cs.selector, r.rflags.word(), r.rsp,        s.ss.selector,
            s.fs.base, s.gs.base, s.ds.selector, s.es.selector, s.fs.selector,   s.gs.selector};
}

/// The same of i386: arch/x86/include/asm/user_32.h.
std::vector<std::uint64_t> narrow_registers(const MachineState& state)
{
    const x86::Registers& r = state.registers;
    const x86::SystemRegisters& s = state.system;
    return {r.rbx,
            r.rcx,
            r.rdx,
            r.rsi,
            r.rdi,
            r.rbp,
            r.rax,
            s.ds.selector,
            s.es.selector,
            s.fs.selector,
            s.gs.selector,
            kNoCall,
            s.cs.base + r.rip,
            s.cs.selector,
            r.rflags.word(),
            r.rsp,
            s.ss.selector};
}

/// XSAVE's area as Linux writes it: what FXSAVE leaves to software says which states there are. struct _fpx_sw_bytes in Linux's
/// arch/x86/include/uapi/asm/sigcontext.h. Those behind AVX's are left out: where they are differs from processor to processor.
Bytes extended(std::span<const std::byte> vectors)
{
    constexpr std::size_t kStates = 464;
    Bytes area{vectors.begin(), vectors.begin() + static_cast<std::ptrdiff_t>(kWithAvx)};
    constexpr std::uint64_t kThere = x86::kX87State | x86::kSseState | x86::kAvxState;
    put(area, kStates, kThere, sizeof kThere);
    const auto used = x86::load_at<std::uint64_t>(area, x86::VectorState::kHeader);
    x86::store_at<std::uint64_t>(area, x86::VectorState::kHeader, used & kThere);
    return area;
}

}  // namespace

CoreWidth core_width(const x86::SystemRegisters& system)
{
    constexpr unsigned kWideCode = 64;
    return x86::bits_of_code(system) == kWideCode ? CoreWidth::Wide : CoreWidth::Narrow;
}

void add_status(CoreNotes& notes, const MachineState& state, int thread, int signal)
{
    const bool wide = core_width(state.system) == CoreWidth::Wide;
    const StatusLayout& layout = wide ? kStatus64 : kStatus32;
    Bytes bytes(layout.size);
    put(bytes, layout.signal_number, static_cast<std::uint64_t>(signal), sizeof(std::uint32_t));
    put(bytes, layout.signal, static_cast<std::uint64_t>(signal), sizeof(std::uint16_t));
    put(bytes, layout.thread, static_cast<std::uint64_t>(thread), sizeof(std::uint32_t));
    std::size_t at = layout.registers;
    for (const std::uint64_t value : wide ? wide_registers(state) : narrow_registers(state)) {
        put(bytes, at, value, layout.word);
        at += layout.word;
    }
    notes.add({.owner = "CORE", .type = NT_PRSTATUS}, bytes);
}

void add_vectors(CoreNotes& notes, const MachineState& state)
{
    MachineState full = state;
    gdb::fill_initial_vectors(full);
    if (full.vectors.size() < x86::VectorState::kLegacySize) return;
    const auto legacy = std::span{full.vectors}.first(kFxsave);
    if (core_width(state.system) == CoreWidth::Wide)
        notes.add({.owner = "CORE", .type = NT_FPREGSET}, legacy);
    else
        notes.add({.owner = "LINUX", .type = NT_PRXFPREG}, legacy);
    if (full.vectors.size() >= kWithAvx) notes.add({.owner = "LINUX", .type = NT_X86_XSTATE}, extended(full.vectors));
}

}  // namespace husk::debug
