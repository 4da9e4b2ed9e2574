#pragma once

#include "program/abi/make_argument.hpp"
#include "program/abi/system_calls.hpp"

namespace husk::program::table {

using namespace make;

inline constexpr auto kSignalCalls = std::to_array<SystemCall>({
    {13,
     "rt_sigaction",
     {signal("signum"), in("act", Shape::SignalAction), out("oldact", Shape::SignalAction), size("sigsetsize")}},
    {14,
     "rt_sigprocmask",
     {flags("how", Names::SignalHow), in("set", Shape::SignalSet, 3), out("oldset", Shape::SignalSet, 3), size("sigsetsize")}},
    {15, "rt_sigreturn", {}},
    {34, "pause", {}},
    {62, "kill", {pid(), signal()}},
    {127, "rt_sigpending", {out("set", Shape::SignalSet, 1), size("sigsetsize")}},
    {128,
     "rt_sigtimedwait",
     {in("set", Shape::SignalSet, 3), out("info", Shape::Siginfo), in("timeout", Shape::Timespec), size("sigsetsize")}},
    {129, "rt_sigqueueinfo", {pid("tgid"), signal(), in("info", Shape::Siginfo)}},
    {130, "rt_sigsuspend", {in("mask", Shape::SignalSet, 1), size("sigsetsize")}},
    {131, "sigaltstack", {in("ss", Shape::SignalStack), out("old_ss", Shape::SignalStack)}},
    {200, "tkill", {pid("tid"), signal()}},
    {219, "restart_syscall", {}},
    {234, "tgkill", {pid("tgid"), pid("tid"), signal()}},
    {282, "signalfd", {fd(), in("mask", Shape::SignalSet, 2), size("sizemask")}},
    {289, "signalfd4", {fd(), in("mask", Shape::SignalSet, 2), size("sizemask"), flags("flags", Names::SignalfdFlags)}},
    {297, "rt_tgsigqueueinfo", {pid("tgid"), pid("tid"), signal(), in("info", Shape::Siginfo)}},
    {424, "pidfd_send_signal", {fd("pidfd"), signal(), in("info", Shape::Siginfo), hex("flags")}},
});

}  // namespace husk::program::table
