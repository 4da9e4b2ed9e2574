#include "program/calls/handlers.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace husk::program {

namespace {

SignalInfo from_here(const Thread& thread, int signal, int code)
{
    return sent_by(signal, code, thread.process.pid, ::getuid());
}

/// 0 only asks whether there is somebody to send to.
bool may_be_sent(int signal)
{
    return signal == 0 || is_signal(signal);
}

/// Nobody but the program itself is there for it to send to: of its process group, which may have others of the host's, it is the
/// only member that it sees.
Result kill(Thread& thread, const Call& call)
{
    Process& process = thread.process;
    const int pid = call.integer(0), signal = call.integer(1);
    if (!may_be_sent(signal)) return -EINVAL;
    const bool own_group = pid == 0 || (pid < -1 && pid == -static_cast<int>(::getpgid(0)));
    if (!own_group && pid != process.pid && (pid <= 0 || !process.find(pid))) return -ESRCH;
    return signal == 0 ? 0 : send_to_process(process, from_here(thread, signal, SI_USER));
}

Result send_to(Thread& thread, int tid, int signal, const SignalInfo& info)
{
    const std::shared_ptr<Thread> target = thread.process.find(tid);
    if (!target) return -ESRCH;
    return signal == 0 ? 0 : send_to_thread(*target, info);
}

Result tkill(Thread& thread, const Call& call)
{
    const int tid = call.integer(0), signal = call.integer(1);
    if (tid <= 0 || !may_be_sent(signal)) return -EINVAL;
    return send_to(thread, tid, signal, from_here(thread, signal, SI_TKILL));
}

Result tgkill(Thread& thread, const Call& call)
{
    const int pid = call.integer(0), tid = call.integer(1), signal = call.integer(2);
    if (pid <= 0 || tid <= 0 || !may_be_sent(signal)) return -EINVAL;
    if (pid != thread.process.pid) return -ESRCH;
    return send_to(thread, tid, signal, from_here(thread, signal, SI_TKILL));
}

/// What the sender says of the signal, all of which the receiver believes.
std::optional<SignalInfo> given_info(const Thread& thread, GuestVirt at, int signal)
{
    auto info = thread.process.memory.get<SignalInfo>(at);
    if (info) info->si_signo = signal;
    return info;
}

Result rt_sigqueueinfo(Thread& thread, const Call& call)
{
    Process& process = thread.process;
    const int pid = call.integer(0), signal = call.integer(1);
    const auto info = given_info(thread, call.address(2), signal);
    if (!info) return -EFAULT;
    if (pid != process.pid && (pid <= 0 || !process.find(pid))) {
        const bool pretends = info->si_code >= 0 || info->si_code == SI_TKILL;  // to be the kernel, or kill()
        return pretends ? -EPERM : -ESRCH;
    }
    if (!may_be_sent(signal)) return -EINVAL;
    return signal == 0 ? 0 : send_to_process(process, *info);
}

Result rt_tgsigqueueinfo(Thread& thread, const Call& call)
{
    const int pid = call.integer(0), tid = call.integer(1), signal = call.integer(2);
    const auto info = given_info(thread, call.address(3), signal);
    if (!info) return -EFAULT;
    if (pid <= 0 || tid <= 0) return -EINVAL;
    if (pid != thread.process.pid) return -ESRCH;
    if (!may_be_sent(signal)) return -EINVAL;
    return send_to(thread, tid, signal, *info);
}

constexpr std::array kServed{
    Served{SYS_kill, kill},
    Served{SYS_tkill, tkill},
    Served{SYS_tgkill, tgkill},
    Served{SYS_rt_sigqueueinfo, rt_sigqueueinfo},
    Served{SYS_rt_tgsigqueueinfo, rt_tgsigqueueinfo},
};

}  // namespace

std::span<const Served> kill_calls()
{
    return kServed;
}

}  // namespace husk::program
