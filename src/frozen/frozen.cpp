#include "frozen/file.hpp"

#include <husk/error.hpp>
#include <husk/frozen.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace husk {

struct Frozen::Inner {
    FrozenInfo info;
    MachineState state;
    std::shared_ptr<const MemoryImage> memory;
};

std::string describe(const FrozenError& error)
{
    if (error.field.empty()) return error.problem;
    if (!error.offset) return fmt::format("{}: {}", error.field, error.problem);
    return fmt::format("{} (file offset {:#x}): {}", error.field, *error.offset, error.problem);
}

Frozen::Frozen(const Machine& machine, FrozenInfo info)
{
    info.engine = machine.engine();
    inner_ = std::make_shared<const Inner>(Inner{std::move(info), machine.state(), MemoryImage::of(machine.memory())});
}

Frozen::Frozen(std::shared_ptr<const Inner> inner) : inner_{std::move(inner)} {}

tl::expected<Frozen, FrozenError> Frozen::open(const std::filesystem::path& path)
{
    return frozen::open(path).map([](frozen::Opened&& opened) {
        return Frozen{std::make_shared<const Inner>(
            Inner{std::move(opened.description.info), std::move(opened.description.state), std::move(opened.memory)})};
    });
}

void Frozen::save(const std::filesystem::path& path) const
{
    const auto regions = inner_->memory->regions();
    frozen::save(path, {inner_->info, {regions.begin(), regions.end()}, inner_->state}, *inner_->memory);
}

Machine Frozen::thaw(MachineConfig config) const
{
    config.memory_image = inner_->memory;
    config.mode = x86::mode_of(inner_->state.system);
    Machine machine{std::move(config)};
    machine.set_state(inner_->state);
    return machine;
}

void Frozen::reset(Machine& machine) const
{
    if (machine.memory().image() != inner_->memory) throw std::invalid_argument{"the machine was not thawed from this frozen one"};
    machine.memory().reset();
    machine.set_state(inner_->state);
}

const FrozenInfo& Frozen::info() const
{
    return inner_->info;
}

const MachineState& Frozen::state() const
{
    return inner_->state;
}

const MemoryImage& Frozen::memory() const
{
    return *inner_->memory;
}

}  // namespace husk
