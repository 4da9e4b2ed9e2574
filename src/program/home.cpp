#include "program/home.hpp"

#include "base/quiet_thread.hpp"
#include "base/unique_fd.hpp"
#include "machine/choose_engine.hpp"
#include "program/apart.hpp"
#include "program/descriptors.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace husk::program {

Home::Home(ProgramConfig config, std::shared_ptr<const FrozenContent> thawed)
{
    const int line = descriptor_line(config.limits);
    machine::keep_devices_above(line);
    std::promise<void> built;
    auto ready = built.get_future();
    thread_ = quiet_thread([this, config = std::move(config), thawed = std::move(thawed), line, &built]() mutable {
        live(std::move(config), thawed, line, built);
    });
    try {
        ready.get();
    } catch (...) {
        thread_.join();
        throw;
    }
}

Home::~Home()
{
    if (!ordered_) order_.set_value(false);
    leave_.set_value();
    thread_.join();
}

void Home::live(ProgramConfig config, const std::shared_ptr<const FrozenContent>& thawed, int line, std::promise<void>& built)
{
    std::unique_ptr<Parts> parts;
    try {
        part_from_process();
        const UniqueFd image = thawed ? image_above(*thawed->memory, line) : UniqueFd{};
        arrange_descriptors(config, line);
        parts = thawed ? std::make_unique<Parts>(std::move(config), Thawing{thawed, image.get()})
                       : std::make_unique<Parts>(std::move(config));
    } catch (...) {
        return built.set_exception(std::current_exception());
    }
    parts_ = parts.get();
    built.set_value();
    if (!order_.get_future().get()) return;
    auto left = leave_.get_future();
    try {
        end_.set_value(parts->run());
    } catch (...) {
        end_.set_exception(std::current_exception());
    }
    // Whoever reads what the program wrote waits for its end, and it may have copied its descriptors.
    (void)::close_range(0, static_cast<unsigned>(line - 1), 0);
    left.get();
}

std::optional<ProgramStop> Home::run()
{
    ordered_ = true;
    order_.set_value(true);
    return end_.get_future().get();
}

}  // namespace husk::program
