#include "debug/gdb/stop_signal.hpp"

#include "base/match.hpp"

namespace husk::debug::gdb {

namespace {

StopReport stopped(Signal signal, const Stop& stop)
{
    return {.number = static_cast<int>(signal), .reason = {}, .words = "husk: " + describe(stop)};
}

StopReport over(StopReport::Kind kind, int number, const Stop& stop)
{
    return {.kind = kind, .number = number, .reason = {}, .words = "husk: " + describe(stop)};
}

}  // namespace

Signal signal_of(const x86::Exception& exception)
{
    // SDM Vol. 3A, "Exception and Interrupt Vectors" (6.3); Linux's arch/x86/kernel/traps.c.
    constexpr std::uint8_t kDivideError = 0, kFloatError = 16, kAlignmentCheck = 17, kSimdError = 19;
    switch (exception.vector) {
        case kDivideError:
        case kFloatError:
        case kSimdError: return Signal::Fpe;
        case x86::kDebugException:
        case x86::kBreakpoint: return Signal::Trap;
        case x86::kInvalidOpcode: return Signal::Ill;
        case x86::kNotPresent:
        case x86::kStackFault:
        case kAlignmentCheck: return Signal::Bus;
        default: return Signal::Segv;
    }
}

StopReport stop_report(const Stop& stop)
{
    using Kind = StopReport::Kind;
    return std::visit(
        match{
            [&](const stops::Halted& halted) {
                // Nothing can wake it: as `husk boot` has it, that is the end of a guest with interrupts off, and an error with.
                return halted.interrupts_on ? stopped(Signal::Int, stop) : over(Kind::Exited, 0, stop);
            },
            [&](const stops::Exited& exited) { return over(Kind::Exited, static_cast<int>(exited.code & 0xFF), stop); },
            [&](const stops::TripleFault& fault) { return stopped(fault.first ? signal_of(*fault.first) : Signal::Segv, stop); },
            [&](const stops::UnhandledException& fault) { return stopped(signal_of(fault.exception), stop); },
            [&](const stops::OutOfTime&) { return over(Kind::Terminated, static_cast<int>(Signal::Alrm), stop); },
            [](const stops::Cancelled&) {
                return StopReport{.number = static_cast<int>(Signal::Int), .reason = {}, .words = {}, .cancelled = true};
            },
            [&](const stops::CannotExecute&) { return stopped(Signal::Ill, stop); },
            [&](const stops::FreezeAsked&) { return stopped(Signal::Trap, stop); },
            [&](const stops::Unclaimed&) { return stopped(Signal::Bus, stop); },
            [](const stops::Debug&) { return StopReport{}; },
        },
        stop);
}

}  // namespace husk::debug::gdb
