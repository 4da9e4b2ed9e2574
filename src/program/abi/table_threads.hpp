#pragma once

#include "program/abi/make_argument.hpp"
#include "program/abi/system_calls.hpp"

namespace husk::program::table {

using namespace make;

/// Threads: making and ending them, what they wait for, where they run.
inline constexpr auto kThreadCalls = std::to_array<SystemCall>({
    {24, "sched_yield", {}},
    {56, "clone", {flags("flags", Names::CloneFlags), ptr("stack"), ptr("parent_tid"), ptr("child_tid"), ptr("tls")}},
    {60, "exit", {num("status")}, Returns::None},
    {142, "sched_setparam", {pid(), in("param", Shape::SchedParameter)}},
    {143, "sched_getparam", {pid(), out("param", Shape::SchedParameter)}},
    {144, "sched_setscheduler", {pid(), flags("policy", Names::SchedPolicy), in("param", Shape::SchedParameter)}},
    {145, "sched_getscheduler", {pid()}, Returns::Policy},
    {146, "sched_get_priority_max", {flags("policy", Names::SchedPolicy)}},
    {147, "sched_get_priority_min", {flags("policy", Names::SchedPolicy)}},
    {148, "sched_rr_get_interval", {pid(), out("tp", Shape::Timespec)}},
    {158, "arch_prctl", {flags("code", Names::ArchPrctlCode), hex("addr")}},
    {186, "gettid", {}},
    {202, "futex", {ptr("uaddr"), flags("futex_op", Names::FutexOperation), uns("val"), hex("val2"), ptr("uaddr2"), hex("val3")}},
    {203, "sched_setaffinity", {pid(), size("cpusetsize"), in("mask", Shape::CpuSet, 1)}},
    {204, "sched_getaffinity", {pid(), size("cpusetsize"), out("mask", Shape::CpuSet, kResultIsLength)}},
    {205, "set_thread_area", {ptr("u_info")}},
    {211, "get_thread_area", {ptr("u_info")}},
    {218, "set_tid_address", {ptr("tidptr")}},
    {273, "set_robust_list", {ptr("head"), size("len")}},
    {274, "get_robust_list", {pid(), out("head_ptr", Shape::Pointer), out("len_ptr", Shape::Long)}},
    {309, "getcpu", {out("cpu", Shape::Unsigned), out("node", Shape::Unsigned), ptr("tcache")}},
    {314, "sched_setattr", {pid(), in("attr", Shape::Other), hex("flags")}},
    {315, "sched_getattr", {pid(), out("attr", Shape::Other), uns("size"), hex("flags")}},
    {324, "membarrier", {flags("cmd", Names::MembarrierCommand), hex("flags")}},
    {334, "rseq", {ptr("rseq"), hex("rseq_len"), flags("flags", Names::RseqFlags), hex("sig")}},
    {435, "clone3", {in("cl_args", Shape::CloneArguments, 1), size("size")}},
    {449,
     "futex_waitv",
     {ptr("waiters"), uns("nr_futexes"), hex("flags"), in("timeout", Shape::Timespec), flags("clockid", Names::ClockId)}},
    {454, "futex_wake", {ptr("uaddr"), hex("mask"), num("nr"), hex("flags")}},
    {455,
     "futex_wait",
     {ptr("uaddr"), hex("val"), hex("mask"), hex("flags"), in("timeout", Shape::Timespec), flags("clockid", Names::ClockId)}},
    {456, "futex_requeue", {ptr("waiters"), hex("flags"), num("nr_wake"), num("nr_requeue")}},
});

}  // namespace husk::program::table
