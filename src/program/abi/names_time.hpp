#pragma once

#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#include <csignal>
#include <ctime>

#include "program/abi/name_set.hpp"

/// Names in calls on time and signals.
namespace husk::program::names {

inline constexpr auto kClockId = std::to_array<Name>({
    HUSK_CHOICE(CLOCK_REALTIME),
    HUSK_CHOICE(CLOCK_MONOTONIC),
    HUSK_CHOICE(CLOCK_PROCESS_CPUTIME_ID),
    HUSK_CHOICE(CLOCK_THREAD_CPUTIME_ID),
    HUSK_CHOICE(CLOCK_MONOTONIC_RAW),
    HUSK_CHOICE(CLOCK_REALTIME_COARSE),
    HUSK_CHOICE(CLOCK_MONOTONIC_COARSE),
    HUSK_CHOICE(CLOCK_BOOTTIME),
    HUSK_CHOICE(CLOCK_REALTIME_ALARM),
    HUSK_CHOICE(CLOCK_BOOTTIME_ALARM),
    HUSK_CHOICE(CLOCK_TAI),
});
inline constexpr auto kItimer = std::to_array<Name>({
    choice(0, "ITIMER_REAL"),
    choice(1, "ITIMER_VIRTUAL"),
    choice(2, "ITIMER_PROF"),
});
inline constexpr auto kTimerFlags = std::to_array<Name>({HUSK_BIT(TIMER_ABSTIME)});
inline constexpr auto kTimerfdFlags = std::to_array<Name>({{02000000, "TFD_CLOEXEC"}, {04000, "TFD_NONBLOCK"}});
inline constexpr auto kTimerfdSetFlags = std::to_array<Name>({{1, "TFD_TIMER_ABSTIME"}, {2, "TFD_TIMER_CANCEL_ON_SET"}});

inline constexpr auto kSignalHow =
    std::to_array<Name>({HUSK_CHOICE(SIG_BLOCK), HUSK_CHOICE(SIG_UNBLOCK), HUSK_CHOICE(SIG_SETMASK)});
inline constexpr auto kSignalActionFlags = std::to_array<Name>({
    {0x04000000, "SA_RESTORER"},
    HUSK_BIT(SA_ONSTACK),
    HUSK_BIT(SA_RESTART),
    HUSK_BIT(SA_INTERRUPT),
    HUSK_BIT(SA_NODEFER),
    HUSK_BIT(SA_RESETHAND),
    HUSK_BIT(SA_SIGINFO),
    HUSK_BIT(SA_NOCLDSTOP),
    HUSK_BIT(SA_NOCLDWAIT),
});
inline constexpr auto kSignalStackFlags =
    std::to_array<Name>({{1, "SS_ONSTACK"}, {2, "SS_DISABLE"}, {0x8000'0000, "SS_AUTODISARM"}});
inline constexpr auto kSignalfdFlags = std::to_array<Name>({{02000000, "SFD_CLOEXEC"}, {04000, "SFD_NONBLOCK"}});
inline constexpr auto kSignalNotify = std::to_array<Name>({
    choice(0, "SIGEV_SIGNAL"),
    choice(1, "SIGEV_NONE"),
    choice(2, "SIGEV_THREAD"),
    choice(4, "SIGEV_THREAD_ID"),
});

}  // namespace husk::program::names
