#include "cli/freeze_image.hpp"

#include "cli/boot_machine.hpp"
#include "cli/boot_report.hpp"
#include "cli/breakpoint.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/print.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"

#include <husk/frozen.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace husk::cli {

namespace {

/// Where the symbol that is waited for is put, if it is one.
std::optional<GuestPhys> place_of_symbol(const FreezePoint& at, const ImageFile& file, const std::string& name)
{
    const auto* const symbol = std::get_if<freeze_points::Symbol>(&at);
    if (symbol == nullptr) return std::nullopt;
    const auto seen = find_symbol(file.bytes, symbol->name);
    if (!seen) throw BadInput{fmt::format("{}: {}", name, describe(seen.error()))};
    const auto place = loaded_at(file.image, *seen);
    if (!place)
        throw BadInput{fmt::format("{}: symbol '{}' is at {:#x}, where the image has nothing", name, symbol->name, seen->value)};
    return place;
}

/// A machine on its way to a point.
class WayTo {
public:
    WayTo(const FreezePoint& at, Machine& machine, std::optional<GuestPhys> symbol) : at_{at}, machine_{machine}
    {
        if (symbol) breakpoint_.emplace(machine, *symbol);
    }

    Stop run(std::chrono::nanoseconds timeout) const
    {
        const auto* const after = std::get_if<freeze_points::After>(&at_);
        return machine_.run(after != nullptr ? std::min(after->time, timeout) : timeout);
    }

    /// True if it stopped where it was to; then it is ready to be frozen.
    bool arrived(const Stop& stop, std::chrono::nanoseconds timeout)
    {
        if (const auto* const after = std::get_if<freeze_points::After>(&at_))
            return std::holds_alternative<stops::OutOfTime>(stop) && after->time <= timeout;
        if (std::holds_alternative<freeze_points::Requested>(at_))
            return std::holds_alternative<stops::Cancelled>(stop) && CatchSignals::caught() == SIGUSR1;
        if (!breakpoint_) return std::holds_alternative<stops::FreezeAsked>(stop);
        if (!std::holds_alternative<stops::Halted>(stop) || !breakpoint_->reached()) return false;
        breakpoint_->remove();
        return true;
    }

private:
    const FreezePoint& at_;
    Machine& machine_;
    std::optional<Breakpoint> breakpoint_;
};

/// Halts and codes of its own are the guest's way to end well, which is not what was wanted of it.
int status_of_end(const Stop& stop)
{
    const bool own = std::holds_alternative<stops::Halted>(stop) || std::holds_alternative<stops::Exited>(stop);
    return own ? kNotReached : exit_status(stop, true, CatchSignals::caught());
}

}  // namespace

int freeze_image(const FreezeOptions& options, const BootOptions& boot)
{
    const ImageFile file = read_image(boot);
    const auto symbol = place_of_symbol(options.at, file, boot.image);
    Consoles consoles{boot.debugcon, boot.serial, false};
    MachineConfig config = machine_config(boot, file.image, consoles);
    config.stop_to_freeze = std::holds_alternative<freeze_points::Asked>(options.at);
    Machine machine{std::move(config)};
    load_image(machine, boot, file.image);

    const CatchSignals signals{std::holds_alternative<freeze_points::Requested>(options.at) ? SIGUSR1 : 0};
    const CancelOnSignal guard{machine};
    tell_engine_choice(boot.image, machine.engine_reason());
    const std::string point = describe(options.at);
    WayTo way{options.at, machine, symbol};
    Stop stop;
    {
        const Progress progress{[&] { return fmt::format("{} is on its way to be frozen ({})", boot.image, point); }};
        stop = way.run(boot.timeout);
    }
    if (!way.arrived(stop, boot.timeout)) {
        complain(fmt::format("husk: {}: not frozen, it did not come to the point ({}): {}\n", boot.image, point, describe(stop)));
        complain(explain(boot.image, machine, stop, State::Shown));
        return status_of_end(stop);
    }
    const Progress progress{[&] { return fmt::format("{} is being written", options.file); }};
    Frozen{machine, {.origin = boot.image, .point = point}}.save(options.file, {.compress = options.compress});
    return kSuccess;
}

}  // namespace husk::cli
