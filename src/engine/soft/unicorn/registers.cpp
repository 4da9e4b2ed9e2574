// Emulator's registers, in and out: what Unicorn's interface gives by that, the rest by way of a Context.
#include "engine/soft/unicorn/convert.hpp"
#include "engine/soft/unicorn/emulator.hpp"
#include "engine/soft/unicorn/failure.hpp"

#include <array>

namespace husk::soft {

x86::SystemRegisters Emulator::system_registers()
{
    context_.save();
    auto system = read_system(context_, layout_);
    system.cr8 = cr8_;
    return system;
}

void Emulator::set_system_registers(const x86::SystemRegisters& system)
{
    context_.save();
    write_system(context_, layout_, system);
    context_.restore();
    cr8_ = system.cr8;
}

void Emulator::set_debug_register(unsigned number, std::uint64_t value)
{
    check(uc_reg_write(engine_.get(), UC_X86_REG_DR0 + static_cast<int>(number), &value), "uc_reg_write");
}

namespace {

struct Msr {
    std::uint32_t number;
    std::uint64_t x86::ModelRegisters::*field;
};
// SDM Vol. 4, "Architectural MSRs" (2.1, table 2-2).
constexpr std::array kMsrs{
    Msr{0xC000'0081, &x86::ModelRegisters::star},           Msr{0xC000'0082, &x86::ModelRegisters::lstar},
    Msr{0xC000'0083, &x86::ModelRegisters::cstar},          Msr{0xC000'0084, &x86::ModelRegisters::fmask},
    Msr{0xC000'0102, &x86::ModelRegisters::kernel_gs_base}, Msr{0x174, &x86::ModelRegisters::sysenter_cs},
    Msr{0x175, &x86::ModelRegisters::sysenter_esp},         Msr{0x176, &x86::ModelRegisters::sysenter_eip},
    Msr{0xC000'0103, &x86::ModelRegisters::tsc_aux},
};

}  // namespace

x86::ModelRegisters Emulator::model_registers()
{
    x86::ModelRegisters model;
    for (const Msr& each : kMsrs) {
        uc_x86_msr msr{.rid = each.number, .value = 0};
        check(uc_reg_read(engine_.get(), UC_X86_REG_MSR, &msr), "uc_reg_read");
        model.*each.field = msr.value;
    }
    return model;
}

void Emulator::set_model_registers(const x86::ModelRegisters& model)
{
    for (const Msr& each : kMsrs) {
        uc_x86_msr msr{.rid = each.number, .value = model.*each.field};
        check(uc_reg_write(engine_.get(), UC_X86_REG_MSR, &msr), "uc_reg_write");
    }
}

SystemCallRegisters Emulator::system_call_registers()
{
    const x86::ModelRegisters model = model_registers();
    return {.star = model.star,
            .lstar = model.lstar,
            .fmask = model.fmask,
            .sysenter_cs = model.sysenter_cs,
            .sysenter_esp = model.sysenter_esp,
            .sysenter_eip = model.sysenter_eip};
}

unsigned Emulator::privilege()
{
    context_.save();
    return privilege_level(context_, layout_);
}

namespace {

struct Register {
    int number;
    std::uint64_t x86::Registers::*field;
};
constexpr std::array kGeneral{
    Register{UC_X86_REG_RAX, &x86::Registers::rax}, Register{UC_X86_REG_RBX, &x86::Registers::rbx},
    Register{UC_X86_REG_RCX, &x86::Registers::rcx}, Register{UC_X86_REG_RDX, &x86::Registers::rdx},
    Register{UC_X86_REG_RSI, &x86::Registers::rsi}, Register{UC_X86_REG_RDI, &x86::Registers::rdi},
    Register{UC_X86_REG_RSP, &x86::Registers::rsp}, Register{UC_X86_REG_RBP, &x86::Registers::rbp},
    Register{UC_X86_REG_R8, &x86::Registers::r8},   Register{UC_X86_REG_R9, &x86::Registers::r9},
    Register{UC_X86_REG_R10, &x86::Registers::r10}, Register{UC_X86_REG_R11, &x86::Registers::r11},
    Register{UC_X86_REG_R12, &x86::Registers::r12}, Register{UC_X86_REG_R13, &x86::Registers::r13},
    Register{UC_X86_REG_R14, &x86::Registers::r14}, Register{UC_X86_REG_R15, &x86::Registers::r15},
    Register{UC_X86_REG_RIP, &x86::Registers::rip},
};

}  // namespace

x86::Registers Emulator::registers()
{
    x86::Registers registers;
    for (const Register& each : kGeneral) check(uc_reg_read(engine_.get(), each.number, &(registers.*each.field)), "uc_reg_read");
    std::uint64_t rflags = 0;
    check(uc_reg_read(engine_.get(), UC_X86_REG_RFLAGS, &rflags), "uc_reg_read");
    registers.rflags = Flags<x86::Rflags>{rflags};
    // Far calls of real mode extend the sign of EIP.
    constexpr std::uint64_t kEip = 0xFFFF'FFFF;
    if (registers.rip > kEip && !system_registers().efer.has(x86::Efer::LMA)) registers.rip &= kEip;
    return registers;
}

void Emulator::set_registers(const x86::Registers& registers)
{
    for (const Register& each : kGeneral) check(uc_reg_write(engine_.get(), each.number, &(registers.*each.field)), "uc_reg_write");
    const std::uint64_t rflags = registers.rflags.word() | Flags<x86::Rflags>{x86::Rflags::One}.word();
    check(uc_reg_write(engine_.get(), UC_X86_REG_RFLAGS, &rflags), "uc_reg_write");
}

}  // namespace husk::soft
