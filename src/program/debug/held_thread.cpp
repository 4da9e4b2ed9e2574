#include "program/debug/held_thread.hpp"

#include "debug/gdb/description.hpp"
#include "program/debug/signal_numbers.hpp"
#include "program/process/process.hpp"
#include "program/signals/frame.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>

namespace husk::program {

void HeldThread::capture()
{
    std::array<char, 16> comm{};  // TASK_COMM_LEN
    host_call(SYS_prctl, PR_GET_NAME, comm.data(), 0, 0, 0);
    name = comm.data();
    engine::Vcpu& vcpu = thread->vcpu();
    machine = {.registers = thread->user, .system = vcpu.system_registers(), .model = {}, .vectors = vcpu.vector_state()};
    // Where it left the guest may be a stub of Husk's at ring 0: what the program sees are ring 3's.
    const x86::SystemRegisters ring3 = entry::system_registers(0, false, false);
    machine.system.cs = ring3.cs;
    machine.system.ss = ring3.ss;
    debug::gdb::fill_initial_vectors(machine);
    registers_set = bases_set = vectors_set = false;
}

void HeldThread::apply()
{
    engine::Vcpu& vcpu = thread->vcpu();
    if (registers_set) {
        thread->user = machine.registers;
        thread->registers_replaced = true;
    }
    if (bases_set) {
        vcpu.set_fs_base(machine.system.fs.base);
        vcpu.set_gs_base(machine.system.gs.base);
    }
    if (vectors_set) (void)vcpu.set_vector_state(machine.vectors);  // was asked whether it would
    registers_set = bases_set = vectors_set = false;
}

void HeldThread::release(const debug::gdb::requests::Resume::Action& action)
{
    const int signal = linux_signal(action.signal);
    step = action.step;
    deliver = in_signal ? signal : 0;
    inject = in_signal ? 0 : signal;
    state = State::Running;
    released = true;
}

void check_change(const MachineState& before, MachineState& wanted)
{
    const auto refuse = [](const char* what, std::uint64_t value) {
        throw Error{what, EINVAL, fmt::format("{:#x} is not an address of the program's", value)};
    };
    constexpr std::uint64_t kLowerHalf = std::uint64_t{1} << 47;
    x86::Registers& registers = wanted.registers;
    if (registers.rip >= layout::kHusk) refuse("rip", registers.rip);
    if (registers.rsp >= kLowerHalf) refuse("rsp", registers.rsp);
    for (const auto& [name, base] : {std::pair{"fs_base", wanted.system.fs.base}, std::pair{"gs_base", wanted.system.gs.base}})
        if (base >= layout::kUserEnd) refuse(name, base);
    registers.rflags = flags_after(before.registers.rflags, registers.rflags.word());
    x86::SystemRegisters same = before.system;
    same.fs.base = wanted.system.fs.base;
    same.gs.base = wanted.system.gs.base;
    if (!(same == wanted.system)) throw Error{"segments", EINVAL, "those of a program are Husk's to choose"};
}

}  // namespace husk::program
