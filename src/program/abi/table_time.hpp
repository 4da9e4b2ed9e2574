#pragma once

#include "program/abi/make_argument.hpp"
#include "program/abi/system_calls.hpp"

namespace husk::program::table {

using namespace make;

inline constexpr auto kTimeCalls = std::to_array<SystemCall>({
    {35, "nanosleep", {in("req", Shape::Timespec), out("rem", Shape::Timespec)}},
    {36, "getitimer", {flags("which", Names::Itimer), out("curr_value", Shape::IntervalTimeval)}},
    {37, "alarm", {uns("seconds")}},
    {38,
     "setitimer",
     {flags("which", Names::Itimer), in("new_value", Shape::IntervalTimeval), out("old_value", Shape::IntervalTimeval)}},
    {96, "gettimeofday", {out("tv", Shape::Timeval), out("tz", Shape::Timezone)}},
    {100, "times", {out("buf", Shape::Tms)}},
    {159, "adjtimex", {inout("buf", Shape::Other)}},
    {164, "settimeofday", {in("tv", Shape::Timeval), in("tz", Shape::Timezone)}},
    {201, "time", {out("tloc", Shape::Long)}},
    {222, "timer_create", {flags("clockid", Names::ClockId), in("sevp", Shape::SignalEvent), out("timerid", Shape::Int)}},
    {223,
     "timer_settime",
     {num("timerid"), flags("flags", Names::TimerFlags), in("new_value", Shape::IntervalTimespec),
      out("old_value", Shape::IntervalTimespec)}},
    {224, "timer_gettime", {num("timerid"), out("curr_value", Shape::IntervalTimespec)}},
    {225, "timer_getoverrun", {num("timerid")}},
    {226, "timer_delete", {num("timerid")}},
    {227, "clock_settime", {flags("clockid", Names::ClockId), in("tp", Shape::Timespec)}},
    {228, "clock_gettime", {flags("clockid", Names::ClockId), out("tp", Shape::Timespec)}},
    {229, "clock_getres", {flags("clockid", Names::ClockId), out("res", Shape::Timespec)}},
    {230,
     "clock_nanosleep",
     {flags("clockid", Names::ClockId), flags("flags", Names::TimerFlags), in("t", Shape::Timespec),
      out("remain", Shape::Timespec)}},
    {283, "timerfd_create", {flags("clockid", Names::ClockId), flags("flags", Names::TimerfdFlags)}},
    {286,
     "timerfd_settime",
     {fd(), flags("flags", Names::TimerfdSetFlags), in("new_value", Shape::IntervalTimespec),
      out("old_value", Shape::IntervalTimespec)}},
    {287, "timerfd_gettime", {fd(), out("curr_value", Shape::IntervalTimespec)}},
    {305, "clock_adjtime", {flags("clk_id", Names::ClockId), inout("buf", Shape::Other)}},
});

}  // namespace husk::program::table
