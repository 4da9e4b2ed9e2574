#include "program/signals/restart.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <algorithm>

namespace husk::program {

namespace {

/// Those that the kernel ends with ERESTARTNOHAND, ERESTART_RESTARTBLOCK or EINTR. Most wait for a time, which has passed in part.
constexpr auto kNever = std::to_array<std::uint64_t>({
    SYS_pause,
    SYS_rt_sigsuspend,
    SYS_rt_sigtimedwait,
    SYS_poll,
    SYS_ppoll,
    SYS_select,
    SYS_pselect6,
    SYS_epoll_wait,
    SYS_epoll_pwait,
    SYS_epoll_pwait2,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_semop,
    SYS_semtimedop,
    SYS_msgsnd,
    SYS_msgrcv,
    SYS_io_getevents,
    SYS_io_pgetevents,
});

Restart restart_of_futex(int operation, bool timed)
{
    switch (operation & FUTEX_CMD_MASK) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET: return timed ? Restart::Never : Restart::IfWanted;
        case FUTEX_LOCK_PI:
        case FUTEX_LOCK_PI2:
        case FUTEX_WAIT_REQUEUE_PI: return Restart::Always;
        default: return Restart::IfWanted;
    }
}

}  // namespace

Restart restart_of(std::uint64_t number, const std::array<std::uint64_t, 6>& arguments)
{
    if (number == SYS_close) return Restart::Final;
    if (number == SYS_futex) return restart_of_futex(static_cast<int>(arguments[1]), arguments[3] != 0);
    return std::ranges::find(kNever, number) == kNever.end() ? Restart::IfWanted : Restart::Never;
}

}  // namespace husk::program
