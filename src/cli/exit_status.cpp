#include "cli/exit_status.hpp"

#include "base/match.hpp"

namespace husk::cli {

int exit_status(const Stop& stop, bool expectations_met, int signal)
{
    return std::visit(match{
                          [&](const stops::Halted& halted) -> int {
                              if (halted.interrupts_on) return kHaltedForever;
                              return expectations_met ? kSuccess : kWrongAnswer;
                          },
                          [](const stops::Exited& exited) -> int { return static_cast<int>(exited.code & 0xFF); },
                          [](const stops::TripleFault&) -> int { return kTripleFault; },
                          [](const stops::UnhandledException&) -> int { return kUnhandledException; },
                          [](const stops::OutOfTime&) -> int { return kOutOfTime; },
                          [&](const stops::Cancelled&) -> int { return signal != 0 ? kSignalled + signal : kHostError; },
                          [](const stops::CannotExecute&) -> int { return kCannotExecute; },
                          [](const stops::Unclaimed&) -> int { return kUnclaimed; },
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
                          [](const stops::Unclaimed&) { return "unclaimed"; },
                      },
                      stop);
}

}  // namespace husk::cli
