#pragma once

#include "debug/gdb/request.hpp"
#include "program/debug/looked_at.hpp"
#include "program/process/thread.hpp"

#include <husk/machine.hpp>

#include <cstdint>
#include <string>

namespace husk::program {

/// What a debugger knows of a thread, and wants of it. The thread's own while it runs, the debugger's while it is held.
struct HeldThread {
    enum class State : std::uint8_t {
        Running,  ///< or about to
        Held,
        Ended,
    };
    Thread* thread = nullptr;
    State state = State::Running;
    bool released = false;  ///< held, and to go on

    /// What it is held with.
    std::string name;
    MachineState machine;
    bool registers_set = false, bases_set = false, vectors_set = false;  ///< by the debugger, since it is held

    /// What it does when it goes on.
    bool step = false;        ///< one instruction
    int inject = 0;           ///< gets this signal, as if it had been sent
    bool in_signal = false;   ///< held before a signal is delivered, and the debugger was told
    int deliver = 0;          ///< … the signal that is delivered in its place; 0: none
    int passed = 0;           ///< the debugger knows of this signal already
    bool in_handler = false;  ///< a handler is about to begin

    /// Of the instruction that it is at: RFLAGS.TF is the debugger's, or the program's own, and what there is to compare behind.
    bool trapped = false, traps_itself = false;
    bool call_done = false;  ///< it was SYSCALL, which is done
    LookedAt looked_at;

    /// What it is: by the thread itself.
    void capture();
    /// The debugger's changes become the thread's: by the thread itself.
    void apply();
    /// It is to go on, as `action` says.
    void release(const debug::gdb::requests::Resume::Action& action);
};

/// Throws Error (EINVAL) if a thread that is `before` cannot be made `wanted`: addresses that are not the program's, a segment that
/// is Husk's to choose. Flags that a program may not change are as they were.
void check_change(const MachineState& before, MachineState& wanted);

}  // namespace husk::program
