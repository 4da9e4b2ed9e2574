#include "frozen/file.hpp"
#include "x86/needed_features.hpp"

#include <husk/error.hpp>
#include <husk/frozen.hpp>

#include <fmt/format.h>

#include <atomic>
#include <stdexcept>
#include <utility>

namespace husk {

struct Frozen::Inner {
    Inner(FrozenInfo info_, MachineState state_, std::shared_ptr<const MemoryImage> memory_)
        : info{std::move(info_)},
          needed{std::make_shared<const x86::NeededFeatures>(info.cpu_features)},
          state{std::move(state_)},
          memory{std::move(memory_)}
    {}

    /// Puts the processor and the devices of a thaw where they were. A guest that asked to be frozen is told which thaw it is.
    void go_on(Machine& machine, std::uint32_t number) const
    {
        const std::uint32_t count = ++thaws;
        if (!state.guest_port || !state.guest_port->freeze_asked) return machine.set_state(state);
        MachineState told = state;
        told.guest_port->result = number != 0 ? number : count;
        machine.set_state(told);
    }

    FrozenInfo info;
    std::shared_ptr<const x86::NeededFeatures> needed;  ///< the same as its names, to be compared at each thaw
    MachineState state;
    std::shared_ptr<const MemoryImage> memory;
    mutable std::atomic<std::uint32_t> thaws{0};
};

std::string describe(const FrozenError& error)
{
    if (error.field.empty()) return error.problem;
    if (!error.offset) return fmt::format("{}: {}", error.field, error.problem);
    return fmt::format("{} (file offset {:#x}): {}", error.field, *error.offset, error.problem);
}

std::string_view name(FrozenKind kind)
{
    return kind == FrozenKind::Image ? "image" : "program";
}

tl::expected<FrozenInfo, FrozenError> frozen_info(const std::filesystem::path& path)
{
    const auto file = frozen::FrozenFile::open(path);
    if (!file) return tl::unexpected{file.error()};
    return frozen::info_of(file->metadata());
}

Frozen::Frozen(const Machine& machine, FrozenInfo info)
{
    info.kind = FrozenKind::Image;
    info.engine = machine.engine();
    info.cpu_features = machine.cpu_features();
    inner_ = std::make_shared<const Inner>(std::move(info), machine.state(), MemoryImage::of(machine.memory()));
}

Frozen::Frozen(std::shared_ptr<const Inner> inner) : inner_{std::move(inner)} {}

tl::expected<Frozen, FrozenError> Frozen::open(const std::filesystem::path& path)
{
    return frozen::open<MachineState>(path, FrozenKind::Image).map([](frozen::Opened<MachineState>&& opened) {
        auto& [info, regions, state] = opened.description;
        return Frozen{std::make_shared<const Inner>(std::move(info), std::move(state), std::move(opened.memory))};
    });
}

void Frozen::save(const std::filesystem::path& path, SaveOptions options) const
{
    const auto regions = inner_->memory->regions();
    const frozen::Description<MachineState> description{inner_->info, {regions.begin(), regions.end()}, inner_->state};
    frozen::save(path, frozen::to_metadata(description), *inner_->memory, options);
}

Machine Frozen::thaw(MachineConfig config) const
{
    config.memory_image = inner_->memory;
    config.mode = x86::mode_of(inner_->state.system);
    if (!config.any_cpu) config.needed_features = inner_->needed;
    const std::uint32_t number = config.thaw_number;
    Machine machine{std::move(config)};
    inner_->go_on(machine, number);
    return machine;
}

void Frozen::reset(Machine& machine, std::uint32_t thaw_number) const
{
    if (machine.memory().image() != inner_->memory) throw std::invalid_argument{"the machine was not thawed from this frozen one"};
    machine.memory().reset();
    inner_->go_on(machine, thaw_number);
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
