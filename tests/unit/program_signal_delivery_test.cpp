#include "program/process/signals.hpp"
#include "support/program_process.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

// What calls and pending signals do to a thread on its way back to ring 3.
namespace husk::test {
namespace {

using namespace program;

constexpr std::uint64_t kHandler = 0x40'1000, kRestorer = 0x40'2000, kCode = 0x40'3000;
constexpr std::uint64_t kSyscall = 2;  // bytes of the instruction

class SignalDelivery : public ProgramProcess {
protected:
    static constexpr std::uint64_t kIn = kPages, kOut = kPages + 0x100, kStackTop = kPages + kSize - 0x100;

    SignalDelivery()
    {
        start_signals(*process_);
        thread_->user.rip = kCode;
        thread_->user.rsp = kStackTop;
        thread_->user.rflags = x86::Rflags::One | x86::Rflags::IF;
    }
    ~SignalDelivery() override { stop_signals(*process_); }

    void act(int signal, std::uint64_t handler, std::uint64_t flags = 0, SignalSet mask = {})
    {
        put(kIn, Action{.handler = handler, .flags = flags | Action::kRestorer, .restorer = kRestorer, .mask = mask});
        ASSERT_EQ(call(SYS_rt_sigaction, signal, kIn, 0, SignalSet::kSize), 0);
    }
    void block(SignalSet set) { set_mask(*thread_, set); }
    Result raise(int signal) { return call(SYS_tgkill, process_->pid, thread_->tid, signal); }

    /// As the loop does: the answer, then the way back.
    void answer(const Call& made, Result result)
    {
        thread_->user.rax = static_cast<std::uint64_t>(result);
        thread_->registers_replaced = false;
        answered(*thread_, made, result);
        back();
    }
    void back()
    {
        thread_->registers_replaced = false;
        before_return(*thread_);
    }
    bool in_handler() const { return thread_->user.rip == kHandler; }
    void return_from_handler()
    {
        thread_->user.rsp += 8;
        call(SYS_rt_sigreturn);
        back();
        EXPECT_FALSE(process_->ending());
    }
    SignalSet mask() const { return thread_->signals.blocked; }
    std::optional<int> ended_by() const
    {
        const auto ended = process_->ended();
        const auto* const signalled = ended ? std::get_if<stops::Signalled>(&*ended) : nullptr;
        return signalled != nullptr ? std::optional{signalled->signal} : std::nullopt;
    }
};

TEST_F(SignalDelivery, RunsAHandlerAndComesBack)
{
    act(SIGUSR1, kHandler, 0, SignalSet::of(SIGTERM));
    EXPECT_EQ(raise(SIGUSR1), 0);
    back();
    EXPECT_TRUE(in_handler());
    EXPECT_TRUE(thread_->registers_replaced);
    EXPECT_EQ(thread_->user.rdi, static_cast<std::uint64_t>(SIGUSR1));
    EXPECT_EQ(mask(), SignalSet::of(SIGUSR1, SIGTERM));
    const auto info = get<SignalInfo>(thread_->user.rsi);
    EXPECT_EQ(info.si_code, SI_TKILL);
    EXPECT_EQ(info.si_pid, process_->pid);
    return_from_handler();
    EXPECT_EQ(thread_->user.rip, kCode);
    EXPECT_EQ(thread_->user.rsp, kStackTop);
    EXPECT_TRUE(mask().empty());
}

TEST_F(SignalDelivery, DoesWhatWasLeftToIt)
{
    EXPECT_EQ(raise(SIGCHLD), 0);
    back();
    EXPECT_FALSE(process_->ending());
    EXPECT_EQ(raise(SIGTERM), 0);
    back();
    EXPECT_EQ(ended_by(), SIGTERM);
}

TEST_F(SignalDelivery, OfKillEndsWhateverIsBlocked)
{
    block(~SignalSet{});
    EXPECT_FALSE(mask().has(SIGKILL));
    EXPECT_EQ(raise(SIGKILL), 0);
    EXPECT_EQ(ended_by(), SIGKILL);
}

TEST_F(SignalDelivery, WaitsUntilTheSignalIsUnblocked)
{
    act(SIGUSR1, kHandler);
    block(SignalSet::of(SIGUSR1));
    EXPECT_EQ(call(SYS_kill, process_->pid, SIGUSR1), 0);
    back();
    EXPECT_FALSE(in_handler());
    EXPECT_EQ(call(SYS_rt_sigpending, kOut, SignalSet::kSize), 0);
    EXPECT_EQ(get<SignalSet>(kOut), SignalSet::of(SIGUSR1));
    put(kIn, SignalSet::of(SIGUSR1));
    EXPECT_EQ(call(SYS_rt_sigprocmask, SIG_UNBLOCK, kIn, kOut, SignalSet::kSize), 0);
    EXPECT_EQ(get<SignalSet>(kOut), SignalSet::of(SIGUSR1));
    back();
    EXPECT_TRUE(in_handler());
}

TEST_F(SignalDelivery, NestsHandlers)
{
    act(SIGUSR1, kHandler);
    act(SIGUSR2, kHandler + 1);
    EXPECT_EQ(raise(SIGUSR2), 0);
    EXPECT_EQ(raise(SIGUSR1), 0);
    back();
    // As in Linux the last frame's handler runs first: that of the higher number.
    EXPECT_EQ(thread_->user.rip, kHandler + 1);
    return_from_handler();
    EXPECT_EQ(thread_->user.rip, kHandler);
    return_from_handler();
    EXPECT_EQ(thread_->user.rip, kCode);
}

TEST_F(SignalDelivery, HeedsTheActionsFlags)
{
    act(SIGUSR1, kHandler, SA_RESETHAND | SA_NODEFER);
    EXPECT_EQ(raise(SIGUSR1), 0);
    back();
    EXPECT_TRUE(in_handler());
    EXPECT_TRUE(mask().empty());
    EXPECT_EQ(raise(SIGUSR1), 0);
    back();
    EXPECT_EQ(ended_by(), SIGUSR1);
}

TEST_F(SignalDelivery, MakesAnInterruptedCallAgain)
{
    const Call read{.number = SYS_read};
    const Call poll{.number = SYS_poll};
    const Call close{.number = SYS_close};
    answer(read, -EINTR);  // for nothing
    EXPECT_EQ(thread_->user.rip, kCode - kSyscall);
    EXPECT_EQ(thread_->user.rax, static_cast<std::uint64_t>(SYS_read));

    thread_->user.rip = kCode;
    answer(close, -EINTR);
    EXPECT_EQ(thread_->user.rip, kCode);

    struct Case {
        const Call& call;
        std::uint64_t flags;
        bool again;
    };
    for (const auto& [made, flags, again] : {Case{read, 0, false}, Case{read, SA_RESTART, true}, Case{poll, SA_RESTART, false}}) {
        thread_->user.rip = kCode;
        act(SIGUSR1, kHandler, flags);
        EXPECT_EQ(raise(SIGUSR1), 0);
        answer(made, -EINTR);
        ASSERT_TRUE(in_handler());
        return_from_handler();
        EXPECT_EQ(thread_->user.rip, again ? kCode - kSyscall : kCode) << made.number;
        EXPECT_EQ(thread_->user.rax, again ? made.number : static_cast<std::uint64_t>(-EINTR)) << made.number;
    }
}

TEST_F(SignalDelivery, RestoresTheMaskOfSigsuspend)
{
    act(SIGUSR1, kHandler);
    block(SignalSet::of(SIGUSR1, SIGUSR2));
    EXPECT_EQ(raise(SIGUSR1), 0);
    put(kIn, SignalSet::of(SIGTERM));
    const Result result = call(SYS_rt_sigsuspend, kIn, SignalSet::kSize);
    EXPECT_EQ(result, -EINTR);
    answer({.number = SYS_rt_sigsuspend}, result);
    ASSERT_TRUE(in_handler());
    EXPECT_EQ(mask(), SignalSet::of(SIGTERM, SIGUSR1)) << "while the handler runs";
    return_from_handler();
    EXPECT_EQ(mask(), SignalSet::of(SIGUSR1, SIGUSR2));
    EXPECT_EQ(thread_->user.rax, static_cast<std::uint64_t>(-EINTR));

    // Not interrupted: before anything is delivered.
    set_temporary_mask(*thread_, {});
    answer({.number = SYS_ppoll}, 0);
    EXPECT_EQ(mask(), SignalSet::of(SIGUSR1, SIGUSR2));
}

TEST_F(SignalDelivery, ForcesFaults)
{
    act(SIGSEGV, kHandler);
    raise_fault(*thread_, SIGSEGV, SEGV_MAPERR, 0x1234, 14, 6);
    back();
    ASSERT_TRUE(in_handler());
    const auto info = get<SignalInfo>(thread_->user.rsi);
    EXPECT_EQ(info.si_code, SEGV_MAPERR);
    EXPECT_EQ(info.si_addr, std::bit_cast<void*>(std::uint64_t{0x1234}));
    const auto context = get<UserContext>(thread_->user.rdx);
    EXPECT_EQ(context.registers.cr2, 0x1234u);
    EXPECT_EQ(context.registers.error, 6u);
    // Again in the handler, where it is blocked.
    raise_fault(*thread_, SIGSEGV, SEGV_MAPERR, 0x1234, 14, 6);
    back();
    EXPECT_EQ(ended_by(), SIGSEGV);
}

TEST_F(SignalDelivery, EndsWhereAFaultIsIgnored)
{
    act(SIGFPE, Action::kIgnore);
    raise_fault(*thread_, SIGFPE, FPE_INTDIV, kCode, 0, 0);
    back();
    EXPECT_EQ(ended_by(), SIGFPE);
}

TEST_F(SignalDelivery, WithoutAStackIsAFault)
{
    act(SIGUSR1, kHandler);
    thread_->user.rsp = kNothing;
    EXPECT_EQ(raise(SIGUSR1), 0);
    back();
    EXPECT_EQ(ended_by(), SIGSEGV);
}

TEST_F(SignalDelivery, WithoutAStackGoesToTheOneForFaults)
{
    put(kIn, AlternateStack{.base = kPages + 0x4000, .flags = 0, .size = 0x4000});
    EXPECT_EQ(call(SYS_sigaltstack, kIn, 0), 0);
    act(SIGUSR1, kHandler);
    act(SIGSEGV, kHandler + 1, SA_ONSTACK);
    thread_->user.rsp = kNothing;
    EXPECT_EQ(raise(SIGUSR1), 0);
    back();
    EXPECT_EQ(thread_->user.rip, kHandler + 1);
    EXPECT_EQ(thread_->user.rdi, static_cast<std::uint64_t>(SIGSEGV));
    EXPECT_EQ(get<UserContext>(thread_->user.rdx).registers.rip, kCode);
    // Nobody takes a stack away that is in use.
    EXPECT_EQ(call(SYS_sigaltstack, kIn, kOut), -EPERM);
    return_from_handler();
    EXPECT_EQ(thread_->user.rsp, kNothing);
}

TEST_F(SignalDelivery, OfAFrameThatIsNotThereIsAFault)
{
    thread_->user.rsp = kNothing;
    call(SYS_rt_sigreturn);
    back();
    EXPECT_EQ(ended_by(), SIGSEGV);
}

TEST_F(SignalDelivery, ForgetsWhatIsIgnoredNow)
{
    block(SignalSet::of(SIGUSR1, SIGTSTP, SIGCONT));
    EXPECT_EQ(raise(SIGUSR1), 0);
    act(SIGUSR1, Action::kIgnore);
    EXPECT_FALSE(thread_->signals.pending.set().has(SIGUSR1));
    EXPECT_EQ(raise(SIGTSTP), 0);
    EXPECT_EQ(raise(SIGCONT), 0);
    EXPECT_EQ(thread_->signals.pending.set(), SignalSet::of(SIGCONT));
    EXPECT_EQ(raise(SIGTSTP), 0);
    EXPECT_EQ(thread_->signals.pending.set(), SignalSet::of(SIGTSTP));
}

TEST_F(SignalDelivery, StopsUntilSigcont)
{
    EXPECT_EQ(raise(SIGTSTP), 0);
    std::thread sender{[&] {
        while (!process_->signals.stopped) std::this_thread::yield();
        EXPECT_EQ(send_to_process(*process_, sent_by(SIGCONT, SI_USER, 1, 0)), 0);
    }};
    back();
    sender.join();
    EXPECT_FALSE(process_->signals.stopped);
    EXPECT_FALSE(process_->ending());
}

TEST_F(SignalDelivery, GoesToAThreadThatWantsIt)
{
    act(SIGUSR1, kHandler);
    StubVcpu another_vcpu;
    const auto another = std::make_shared<Thread>(*process_, ProcessorSeat{.vcpu = &another_vcpu});
    another->run_by(thread_->host_tid);  // an interruption has to go somewhere
    process_->threads.push_back(another);
    block(SignalSet::of(SIGUSR1));
    EXPECT_EQ(call(SYS_kill, process_->pid, SIGUSR1), 0);
    EXPECT_TRUE(another->interrupted());
    EXPECT_FALSE(thread_->interrupted());
    // It does not want it any more, the first one does.
    EXPECT_TRUE(another->attended());
    set_mask(*another, SignalSet::of(SIGUSR1));
    block({});
    EXPECT_TRUE(thread_->interrupted());
    process_->threads.pop_back();
}

}  // namespace
}  // namespace husk::test
