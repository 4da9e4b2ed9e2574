#include "base/match.hpp"

#include <husk/stop.hpp>

#include <fmt/format.h>

namespace husk {

namespace {

std::string describe_unclaimed(const stops::Unclaimed& stop)
{
    using Access = stops::Unclaimed::Access;
    const bool port = stop.space == stops::Unclaimed::Space::Port;
    if (stop.access == Access::Fetch) return fmt::format("jumped to {:#x}, where there is no memory", stop.address);
    return fmt::format("{} {} byte{} {} {} {:#x}, where nothing is attached", stop.access == Access::Write ? "wrote" : "read",
                       stop.size, stop.size == 1 ? "" : "s", stop.access == Access::Write ? "to" : "from",
                       port ? "port" : "address", stop.address);
}

std::string describe_debug(const stops::Debug& stop)
{
    switch (stop.why) {
        case stops::Debug::Why::Step: return "executed one instruction";
        case stops::Debug::Why::Breakpoint: return fmt::format("came to the breakpoint at {:#x}", stop.at.value);
        case stops::Debug::Why::Watchpoint: return fmt::format("touched the watchpoint at {:#x}", stop.at.value);
    }
    return {};
}

std::string describe_exception(std::string text, const x86::Exception& exception)
{
    text += x86::name_of_vector(exception.vector);
    if (exception.has_error_code) text += fmt::format(", error code {:#x}", exception.error_code);
    if (exception.vector == x86::kPageFault) text += fmt::format(", address {:#x}", exception.address);
    return text;
}

}  // namespace

std::string describe(const Stop& stop)
{
    return std::visit(
        match{
            [](const stops::Halted& halted) -> std::string {
                return halted.interrupts_on ? "halted with interrupts on, and nothing can wake it" : "halted with interrupts off";
            },
            [](const stops::Exited& exited) { return fmt::format("exited with code {}", exited.code); },
            [](const stops::TripleFault& fault) -> std::string {
                return fault.first ? describe_exception("triple fault that began with ", *fault.first) : "triple fault";
            },
            [](const stops::UnhandledException& fault) {
                return describe_exception("exception it did not handle: ", fault.exception);
            },
            [](const stops::OutOfTime&) -> std::string { return "out of time"; },
            [](const stops::Cancelled&) -> std::string { return "cancelled"; },
            [](const stops::CannotExecute& stop_) {
                return fmt::format("this host cannot execute the instruction at {:#x}: {}", stop_.at.value, stop_.reason);
            },
            [](const stops::FreezeAsked&) -> std::string { return "asked to be frozen"; },
            [](const stops::Unclaimed& unclaimed) { return describe_unclaimed(unclaimed); },
            [](const stops::Debug& debug) { return describe_debug(debug); },
        },
        stop);
}

}  // namespace husk
