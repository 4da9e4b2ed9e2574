#pragma once

#include "debug/gdb/target.hpp"
#include "program/debug/held_thread.hpp"
#include "program/debug/in_registers.hpp"
#include "program/debug/planted.hpp"
#include "program/process/debugger.hpp"
#include "program/process/process.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace husk::program {

/// A program's threads in the hands of a debugger. When something stops one, all are held (GDB's "all-stop"); they go on as it
/// says, each by an instruction or until the next stop.
///
/// Threads are stepped by RFLAGS.TF and stopped by INT3, whose exceptions reach Husk on every engine. Watchpoints, and breakpoints
/// that must not change the code, are met by the processor's debug registers where it gives them, else by stepping.
class Control : public Debugger {
public:
    using Report = debug::gdb::StopReport;

    /// Finds out what the engine's processors can do for it, which cannot be found out any more once the process is confined.
    explicit Control(Process& process);

    // Of the program's threads.
    void begin() override {}
    void finish(const ProgramStop& stop) override;
    bool attached() const noexcept override { return !let_go_; }
    bool stopping() const noexcept override { return stopping_ && !let_go_; }
    void before(Thread& thread) override;
    bool after(Thread& thread, const entry::Event& event) override;
    void served(Thread& thread) override;
    std::optional<SignalInfo> signal(Thread& thread, const SignalInfo& info) override;
    void ended(Thread& thread) override;
    std::chrono::nanoseconds time_held() const override;

    // Of the debugger, on a thread of its own.
    /// Until every thread is held, or the program is over.
    void wait_until_held();
    /// Lets threads go on until one stops, or the program is over. Throws Error if a breakpoint cannot be made.
    Report resume(const debug::gdb::requests::Resume& how);
    /// From any thread.
    void interrupt() noexcept;
    void forget_interrupts();
    /// Throws Error if there cannot be such.
    void set_breakpoints(const std::vector<Breakpoint>& wanted);
    /// The program goes on without a debugger.
    void let_go();
    /// The debugger has hung up: a signal that asks the program to end, and came while it was held, is not to wait for another.
    void abandoned();

    Report last() const;
    /// How it ended, once it has.
    std::optional<ProgramStop> over() const;
    /// The threads that are held, the one that stopped last first.
    std::vector<int> threads() const;
    /// Calls `look` with such a thread; false if there is none with that id.
    bool with(int tid, const std::function<void(Thread&, HeldThread&)>& look);
    /// The signal that the last stop was for; nothing if it was for none.
    std::optional<SignalInfo> last_signal() const;

protected:
    /// A signal that asks the program to end has come. True: the program is held.
    bool keeps_held(int signal);

private:
    /// Why a thread stops.
    struct Stop {
        Report report;
        const SignalInfo* signal = nullptr;  ///< it is about to be delivered
        bool again = false;                  ///< the debugger is told of it, if not now, then when the thread has gone on
    };

    HeldThread& of(Thread& thread);
    void hold(Thread& thread, HeldThread& held);
    void inject(Thread& thread, HeldThread& held, int signal);
    bool wait_for_release(Thread& thread, HeldThread& held);
    void stop(Thread& thread, HeldThread& held, const Stop& why);
    void arm(Thread& thread, HeldThread& held);
    void step_done(Thread& thread, HeldThread& held, bool system_call);
    bool exception(Thread& thread, HeldThread& held, const entry::events::Exception& exception);
    bool watched(Thread& thread, HeldThread& held, const entry::events::Watched& watch);
    bool at_hardware_breakpoint(const Thread& thread) const;
    void interrupt_running(const Thread* but);
    bool release_threads(const debug::gdb::requests::Resume& how);
    bool settled() const;
    void forget_ended();
    Report report_of_stop();
    Report report_of_end() const;

    Process& process_;
    const engine::DebugAbilities abilities_;
    std::atomic<bool> stopping_{true};  ///< every thread is to be held
    std::atomic<bool> let_go_{false};

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<const Thread*, HeldThread> held_;
    std::optional<Report> told_;  ///< what the debugger is told, or will be: of the first thread that stopped
    std::optional<SignalInfo> told_signal_;
    Report last_;
    bool interrupt_wanted_ = false;
    int asked_to_end_ = 0;  ///< by this signal, since it is held; 0: it was not
    std::optional<ProgramStop> over_;

    // Changed only while every thread is held.
    std::vector<Breakpoint> software_, hardware_, watchpoints_;
    InRegisters in_registers_;
    Planted planted_;

    std::chrono::nanoseconds held_before_{0};
    std::optional<std::chrono::steady_clock::time_point> held_since_;
};

}  // namespace husk::program
