#include "program/process/threads.hpp"

#include "program/process/signals.hpp"
#include "program/process/snapshot.hpp"
#include "program/signals/frame.hpp"
#include "x86/vector_state.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <functional>
#include <mutex>
#include <semaphore>
#include <system_error>

namespace husk::program {

namespace {

constexpr std::uint64_t kHwcap2Fsgsbase = 1u << 1;  // <asm/hwcap2.h>, HWCAP2_FSGSBASE

/// What a processor needs before it can run ring 3, in the state that a program starts with.
void set_up(Process& process, engine::Vcpu& vcpu, unsigned index)
{
    entry::build_processor(process.space.reservation(), index);
    const bool on_kvm = process.vm->follows_host_mappings();
    const bool fsgsbase = on_kvm && (::getauxval(AT_HWCAP2) & kHwcap2Fsgsbase) != 0;
    const std::uint64_t states = vcpu.supported_xcr0();
    const bool xsave = (states & ~(x86::kX87State | x86::kSseState)) != 0;
    vcpu.set_system_registers(entry::system_registers(index, xsave, fsgsbase));
    vcpu.set_model_registers(
        {.star = entry::star(), .lstar = entry::lstar(), .fmask = entry::fmask(), .xcr0 = xsave ? states : x86::kX87State});
    (void)vcpu.set_vector_state(initial_vector_state(vcpu.vector_state_size()));
    (void)vcpu.use_host_tsc();
}

/// The first that a guest thread's host thread does. Its id.
int register_thread(const std::shared_ptr<Thread>& thread, const NewThread& what)
{
    Process& process = thread->process;
    const auto host_thread = static_cast<int>(host_call(SYS_gettid));
    {
        const std::lock_guard lock{process.threads_mutex};
        thread->tid = process.free_id(host_thread);
        thread->run_by(host_thread);
        process.threads.push_back(thread);
    }
    const auto id = static_cast<std::uint32_t>(thread->tid);
    // As the kernel, which does not mind if it cannot be written.
    if (what.child_tid.value != 0) (void)process.memory.put(what.child_tid, id);
    if (what.parent_tid.value != 0) (void)process.memory.put(what.parent_tid, id);
    return thread->tid;
}

/// Runs a thread of the guest on a new one of the host, which does `begin` before this returns. False if the host has no more.
bool launch(const std::shared_ptr<Thread>& thread, const std::function<void()>& begin)
{
    Process& process = thread->process;
    std::binary_semaphore ready{0};
    auto done = std::make_shared<std::atomic<bool>>(false);
    try {
        std::thread host{[mine = thread, done, &begin, &ready]() mutable {
            begin();
            ready.release();
            mine->process.run_thread(*mine);
            Watcher* const watcher = mine->process.watcher.get();
            if (watcher != nullptr && !mine->parked) watcher->ended(*mine);
            end_thread(*mine);
            mine.reset();
            *done = true;
        }};
        ready.acquire();
        const std::lock_guard lock{process.threads_mutex};
        process.host_threads.push_back({std::move(host), std::move(done)});
    } catch (const std::system_error&) {
        return false;
    }
    return true;
}

/// Joins the host threads that `which` names, without the lock, for they need it to end.
template <typename Which>
void join(Process& process, Which which)
{
    std::vector<Process::HostThread> chosen;
    {
        const std::lock_guard lock{process.threads_mutex};
        auto& all = process.host_threads;
        const auto first = std::stable_partition(all.begin(), all.end(), [&](const auto& host) { return !which(host); });
        chosen.assign(std::move_iterator{first}, std::move_iterator{all.end()});
        all.erase(first, all.end());
    }
    for (auto& host : chosen) host.thread.join();
}

}  // namespace

tl::expected<ProcessorSeat, int> new_seat(Process& process)
{
    if (auto seat = process.seats.take()) {
        set_up(process, *seat->vcpu, seat->index);
        return std::move(*seat);
    }
    const auto index = process.seats.next();
    if (!index) return tl::unexpected{EAGAIN};
    ProcessorSeat seat{.index = *index};
    try {
        // The host gives the new descriptor a low number first, which no other thread may use in the meantime.
        const std::unique_lock lock{process.descriptors};
        if (*index == 0) {
            seat.vcpu = &process.vm->vcpu();
        } else {
            seat.owned = process.vm->add_vcpu();
            seat.vcpu = seat.owned.get();
        }
        set_up(process, *seat.vcpu, seat.index);
    } catch (const Error& error) {
        process.note(fmt::format("another thread cannot be made (EAGAIN): {}", error.what()));
        return tl::unexpected{EAGAIN};
    }
    return seat;
}

Result start_thread(Thread& parent, const NewThread& what)
{
    Process& process = parent.process;
    join(process, [](const Process::HostThread& host) { return host.done->load(); });
    if (const auto most = process.config.limits.threads) {
        const std::lock_guard lock{process.threads_mutex};
        if (process.threads.size() >= *most) return -EAGAIN;
    }
    auto seat = new_seat(process);
    if (!seat) return -seat.error();
    engine::Vcpu& vcpu = *seat->vcpu;
    vcpu.set_fs_base(what.tls ? *what.tls : parent.vcpu().fs_base());
    vcpu.set_gs_base(parent.vcpu().gs_base());
    (void)vcpu.set_vector_state(parent.vcpu().vector_state());

    auto thread = std::make_shared<Thread>(process, std::move(*seat));
    thread->user = parent.user;
    thread->user.rax = 0;
    if (what.stack != 0) thread->user.rsp = what.stack;
    thread->clear_child_tid = what.clear_child_tid;
    thread->signals.blocked = parent.signals.blocked;
    int tid = 0;
    const auto begin = [&] { tid = register_thread(thread, what); };
    if (!launch(thread, begin)) {
        process.seats.give_back(thread->take_seat());
        return -EAGAIN;
    }
    return tid;
}

void go_on(const std::shared_ptr<Thread>& thread)
{
    const auto begin = [&] { take_host_thread(*thread); };
    if (!launch(thread, begin)) throw Error{"clone", EAGAIN, "a host thread for a thread of the program"};
}

void take_host_thread(Thread& thread)
{
    thread.run_by(static_cast<int>(host_call(SYS_gettid)));
    if (!thread.host_name.empty()) host_call(SYS_prctl, PR_SET_NAME, thread.host_name.c_str(), 0, 0, 0);
}

void end_thread(Thread& thread)
{
    Process& process = thread.process;
    if (thread.parked) return;
    const bool kept = process.config.keep_snapshot && (process.ending() || thread.first);
    auto last = kept ? std::optional{snapshot_of(thread)} : std::nullopt;
    if (last) last->vectors = thread.vcpu().vector_state();
    process.seats.give_back(thread.take_seat());
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    {
        const std::lock_guard lock{process.threads_mutex};
        process.cpu_time_of_ended += std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
        std::erase_if(process.threads, [&](const auto& other) { return other.get() == &thread; });
        if (last) process.ended_threads.push_back(*last);
    }
    retarget(process);
    // Last: who waits for the thread's end, as pthread_join() does, finds it gone.
    if (thread.clear_child_tid.value == 0 || process.ending()) return;
    constexpr std::uint32_t kGone = 0;
    (void)process.memory.put(thread.clear_child_tid, kGone);
    if (const auto word = process.memory.host(thread.clear_child_tid, sizeof kGone)) host_call(SYS_futex, *word, FUTEX_WAKE, 1);
}

void join_threads(Process& process)
{
    // One that ends may just have started another.
    for (;;) {
        {
            const std::lock_guard lock{process.threads_mutex};
            if (process.host_threads.empty()) return;
        }
        join(process, [](const Process::HostThread&) { return true; });
    }
}

}  // namespace husk::program
