#include "base/match.hpp"
#include "program/abi/signals.hpp"
#include "program/abi/system_calls.hpp"

#include <husk/frozen_program.hpp>
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

std::string describe(const FreezePoint& point)
{
    return std::visit(match{
                          [](const freeze_points::Asked&) { return std::string{"the guest asks"}; },
                          [](const freeze_points::StandardInput&) { return std::string{"first read of standard input"}; },
                          [](const freeze_points::SystemCall& call) {
                              const std::string name = program::name_of_call(call.number);
                              return call.nth == 1 ? fmt::format("first {}", name) : fmt::format("{}, number {}", name, call.nth);
                          },
                          [](const freeze_points::Symbol& symbol) { return fmt::format("symbol {}", symbol.name); },
                          [](const freeze_points::After& after) {
                              return fmt::format("after {} ms",
                                                 std::chrono::duration_cast<std::chrono::milliseconds>(after.time).count());
                          },
                          [](const freeze_points::Requested&) { return std::string{"the host asks"}; },
                      },
                      point);
}

}  // namespace husk
