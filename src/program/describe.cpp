#include "base/match.hpp"
#include "program/abi/signals.hpp"

#include <husk/program.hpp>

#include <fmt/format.h>

namespace husk {

std::string describe(const ProgramStop& stop)
{
    return std::visit(
        match{
            [](const stops::Exited& exited) { return fmt::format("exited with status {}", exited.code); },
            [](const stops::Signalled& end) { return fmt::format("ended by {}", program::name_of_signal(end.signal)); },
            [](const stops::OutOfTime&) { return std::string{"out of time"}; },
            [](const stops::OutOfCpuTime&) { return std::string{"out of processor time"}; },
            [](const stops::TooMuchOutput&) { return std::string{"too much output"}; },
            [](const stops::Cancelled&) { return std::string{"cancelled"}; },
            [](const stops::CannotExecute& end) { return fmt::format("cannot go on at {:#x}: {}", end.at.value, end.reason); },
        },
        stop);
}

}  // namespace husk
