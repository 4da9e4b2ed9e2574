#include "program/called.hpp"
#include "program/descriptors.hpp"
#include "program/frozen/content_for.hpp"
#include "program/frozen/restore_process.hpp"

#include <husk/error.hpp>
#include <husk/instance.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace husk {

namespace {

engine::Deadline deadline_after(std::chrono::nanoseconds timeout)
{
    if (timeout <= std::chrono::nanoseconds::zero()) throw std::invalid_argument{"a timeout is longer than nothing"};
    if (timeout == std::chrono::nanoseconds::max()) return engine::kNever;
    const auto now = std::chrono::steady_clock::now();
    return timeout >= engine::kNever - now ? engine::kNever : now + timeout;
}

}  // namespace

using program::Called;

class Instance::Inner {
public:
    Inner(FrozenProgram frozen, ProgramConfig config) : frozen_{std::move(frozen)}, config_{std::move(config)}
    {
        frozen_.content_ = program::content_for(std::move(frozen_.content_), config_.engine);
        restored_ = program::restored_areas(frozen_.content());
        const std::size_t threads = frozen_.content().state.threads.size();
        if (threads != 1)
            throw Error{"thaw", ENOTSUP,
                        fmt::format("functions are called in a program of one thread, and this one has {}", threads)};
        if (config_.owns_process) throw std::invalid_argument{"an instance shares its process"};
        const int line = program::descriptor_line(config_.limits);
        machine::keep_devices_above(line);
        thaw();
    }

    Called& called() { return *called_; }
    const FrozenProgram& frozen() const { return frozen_; }

    void reset()
    {
        if (!called_ || !called_->rewind(restored_)) thaw();
    }

private:
    void thaw()
    {
        called_.reset();
        called_ = std::make_unique<Called>(config_, frozen_.content_);
    }

    FrozenProgram frozen_;
    ProgramConfig config_;
    std::vector<program::Restored> restored_;
    std::unique_ptr<Called> called_;
};

Instance::Instance(FrozenProgram frozen, ProgramConfig config)
    : inner_{std::make_unique<Inner>(std::move(frozen), std::move(config))}
{}
Instance::~Instance() = default;
Instance::Instance(Instance&&) noexcept = default;
Instance& Instance::operator=(Instance&&) noexcept = default;

tl::expected<Returned, ProgramStop> Instance::call(std::string_view function, std::span<const Argument> arguments,
                                                   std::chrono::nanoseconds timeout)
{
    const auto at = find(function);
    if (!at) throw std::invalid_argument{fmt::format("the frozen program has no function '{}'", function)};
    return call(*at, arguments, timeout);
}

tl::expected<Returned, ProgramStop> Instance::call(GuestVirt function, std::span<const Argument> arguments,
                                                   std::chrono::nanoseconds timeout)
{
    return inner_->called().call(function, arguments, deadline_after(timeout));
}

std::optional<GuestVirt> Instance::find(std::string_view function) const
{
    return inner_->frozen().find(function);
}

bool Instance::read(GuestVirt at, std::span<std::byte> into) const
{
    return inner_->called().process().memory.read(at, into);
}

bool Instance::write(GuestVirt at, std::span<const std::byte> from)
{
    return inner_->called().process().memory.write(at, from);
}

void Instance::reset()
{
    inner_->reset();
}

const FrozenProgram& Instance::frozen() const
{
    return inner_->frozen();
}

}  // namespace husk
