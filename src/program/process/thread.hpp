#pragma once

#include "engine/vm.hpp"
#include "program/entry/processor.hpp"
#include "program/host/call.hpp"
#include "program/process/call.hpp"
#include "program/process/freezing.hpp"
#include "program/signals/state.hpp"

#include <husk/address.hpp>
#include <husk/program_snapshot.hpp>
#include <husk/x86.hpp>

#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace husk::program {

struct Process;
class ThreadTimeline;

/// A processor of the machine and its page of Husk's part of the space, which go from a thread that ends to one that begins.
struct ProcessorSeat {
    engine::Vcpu* vcpu = nullptr;
    std::unique_ptr<engine::Vcpu> owned{};  ///< the same; nothing if it is the machine's first, which the machine owns
    unsigned index = 0;
};

/// What a function of the program's has left: its type says which one counts.
struct FunctionResult {
    std::uint64_t integer = 0;
    std::uint64_t real = 0;  ///< the bits of a double
};

/// A thread of the guest: a processor of its machine, and the host thread that runs it. Used by that host thread alone, but for
/// interrupt().
class Thread {
public:
    Thread(Process& of, ProcessorSeat seat);
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

    Process& process;
    /// The guest's id of it: the host thread's, as a rule; but a thread that was thawed has the one that it had when it was frozen.
    int tid = 0;
    /// The host thread's; 0 until that is there.
    std::atomic<int> host_tid{0};

    /// What its host thread is to be called; empty: as it is.
    std::string host_name;

    /// Its host thread is the one with this id. The guest's is the same unless there is one.
    void run_by(int host_thread)
    {
        host_tid = host_thread;
        if (tid == 0) tid = host_thread;
    }

    /// The guest's registers at ring 3: where it goes on, with RIP behind the SYSCALL that it left with. What a handler changes
    /// here takes effect; RAX is set from the handler's result unless `registers_replaced`.
    x86::Registers user;
    /// clear_child_tid and the robust list, as set_tid_address and set_robust_list told them.
    GuestVirt clear_child_tid;
    GuestVirt robust_list;

    ThreadSignals signals;
    /// A call that ended with −EINTR since the last return to the guest: it is made again if no handler of the guest's comes
    /// between.
    std::optional<Call> interrupted_call;

    /// Where the host had no memory for an access, which is tried a second time.
    std::uint64_t retried_at = 0;

    /// It has left the guest to be frozen, and does not go on.
    std::optional<ParkedState> parked;
    std::optional<WaitLeft> wait_left;
    /// The program has ended by this signal, which the thread took.
    std::optional<FatalSignal> ended_by;
    std::vector<std::byte> ended_information;  ///< siginfo_t
    /// A function that the host called has come back: RAX and XMM0.
    std::optional<FunctionResult> returned;

    /// A handler (rt_sigreturn, the delivery of a signal) has replaced all of `user`: RCX and R11 count, too.
    bool registers_replaced = false;
    /// The last interruptible() came too late to make its call: to the guest nothing was interrupted, and it is made again whatever
    /// comes between.
    bool call_not_made = false;
    /// The first thread of a machine finds out, before it runs, in which ring SYSCALL arrives.
    bool must_find_ring = false;
    /// Its processor answers some calls without leaving the machine, if any may be.
    bool answers_inside = false;
    /// The program's first: its name is the program's.
    bool first = false;
    /// The call that it is about to make is the HUSK_FREEZE_HERE at which the program was frozen.
    bool asked_to_freeze = false;
    /// Its host thread is whoever calls the program's functions.
    bool visited = false;
    /// exit() was called: this thread is done when it would return to the guest.
    bool finished = false;
    /// Its track in a trace file, if the program is traced and it has run.
    std::shared_ptr<ThreadTimeline> timeline;
    std::uint32_t exit_status = 0;

    engine::Vcpu& vcpu() { return *seat_.vcpu; }
    entry::Processor& processor() { return processor_; }
    ProcessorSeat take_seat() { return std::move(seat_); }

    /// A host call that may wait. −EINTR when interrupt() comes or came since attended().
    template <typename... Words>
    Result interruptible(long number, Words... words)
    {
        const Result result = interruptible_host_call(attention_, number, words...);
        call_not_made = result == kNotMade;
        return call_not_made ? -EINTR : result;
    }

    /// There is something for this thread to look at (a signal, the end of the process): it leaves the guest, or the call that it
    /// waits in, soon. From any thread, and from a signal handler.
    void interrupt() noexcept
    {
        attention_.store(true);
        if (const int host_thread = host_tid; host_thread != 0) interrupt_thread(host_thread);
    }
    /// As interrupt(), by the thread itself.
    void attend() noexcept { attention_.store(true); }
    /// True once after interrupt(): looked at before each return to the guest.
    bool attended() noexcept { return attention_.load() && attention_.exchange(false); }
    bool interrupted() const noexcept { return attention_.load(); }

private:
    ProcessorSeat seat_;
    entry::Processor processor_;
    std::atomic<bool> attention_{false};
};

}  // namespace husk::program
