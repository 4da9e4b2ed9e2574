#include "cli/exit_status.hpp"

#include "base/match.hpp"

namespace husk::cli {

namespace {

/// What is left of a status that a guest gave: exit(2) hands on the lowest eight bits.
int status_of(std::uint32_t code)
{
    constexpr std::uint32_t kStatusBits = 0xFF;
    return static_cast<int>(code & kStatusBits);
}

int cancelled_by(int signal)
{
    return signal != 0 ? kSignalled + signal : kHostError;
}

}  // namespace

int exit_status(const Stop& stop, bool expectations_met, int signal)
{
    return std::visit(match{
                          [&](const stops::Halted& halted) -> int {
                              if (halted.interrupts_on) return kHaltedForever;
                              return expectations_met ? kSuccess : kWrongAnswer;
                          },
                          [](const stops::Exited& exited) -> int { return status_of(exited.code); },
                          [](const stops::TripleFault&) -> int { return kTripleFault; },
                          [](const stops::UnhandledException&) -> int { return kUnhandledException; },
                          [](const stops::OutOfTime&) -> int { return kOutOfTime; },
                          [&](const stops::Cancelled&) -> int { return cancelled_by(signal); },
                          [](const stops::CannotExecute&) -> int { return kCannotExecute; },
                          [](const stops::FreezeAsked&) -> int { return kSuccess; },
                          [](const stops::Unclaimed&) -> int { return kUnclaimed; },
                          [](const stops::Debug&) -> int { return kHostError; },
                      },
                      stop);
}

int exit_status(const ProgramStop& stop, int signal)
{
    return std::visit(match{
                          [](const stops::Exited& exited) -> int { return status_of(exited.code); },
                          [](const stops::Signalled& signalled) -> int { return kSignalled + signalled.signal; },
                          [](const stops::OutOfTime&) -> int { return kOutOfTime; },
                          [](const stops::OutOfCpuTime&) -> int { return kOutOfCpuTime; },
                          [](const stops::TooMuchOutput&) -> int { return kTooMuchOutput; },
                          [&](const stops::Cancelled&) -> int { return cancelled_by(signal); },
                          [](const stops::CannotExecute&) -> int { return kCannotExecute; },
                      },
                      stop);
}

const char* stop_name(const Stop& stop)
{
    return std::visit(match{
                          [](const stops::Halted&) { return "halted"; },
                          [](const stops::Exited&) { return "exited"; },
                          [](const stops::TripleFault&) { return "triple-fault"; },
                          [](const stops::UnhandledException&) { return "exception"; },
                          [](const stops::OutOfTime&) { return "out-of-time"; },
                          [](const stops::Cancelled&) { return "cancelled"; },
                          [](const stops::CannotExecute&) { return "cannot-execute"; },
                          [](const stops::FreezeAsked&) { return "freeze-asked"; },
                          [](const stops::Unclaimed&) { return "unclaimed"; },
                          [](const stops::Debug&) { return "debug"; },
                      },
                      stop);
}

const char* stop_name(const ProgramStop& stop)
{
    return std::visit(match{
                          [](const stops::Exited&) { return "exited"; },
                          [](const stops::Signalled&) { return "signalled"; },
                          [](const stops::OutOfTime&) { return "out-of-time"; },
                          [](const stops::OutOfCpuTime&) { return "out-of-cpu-time"; },
                          [](const stops::TooMuchOutput&) { return "too-much-output"; },
                          [](const stops::Cancelled&) { return "cancelled"; },
                          [](const stops::CannotExecute&) { return "cannot-execute"; },
                      },
                      stop);
}

}  // namespace husk::cli
