#include "instance_work.hpp"

#include "floor/ring3.h"
#include "side.hpp"

#include <unistd.h>

#include <array>

namespace husk::bench {

namespace {

ProgramConfig on_kvm()
{
    ProgramConfig config;
    config.engine = Engine::Kvm;
    return config;
}

FrozenProgram freeze(const std::string& path)
{
    ProgramConfig config = on_kvm();
    config.path = path;
    config.arguments = {path};
    auto frozen = FrozenProgram::freeze(std::move(config), freeze_points::Asked{});
    expect(frozen.has_value(), "freezing program_functions");
    return *std::move(frozen);
}

GuestVirt function(const FrozenProgram& frozen, const char* name)
{
    const auto at = frozen.find(name);
    expect(at.has_value(), name);
    return *at;
}

}  // namespace

Functions::Functions(const std::string& path)
    : frozen_{freeze(path)},
      nothing_{function(frozen_, "nothing")},
      write_pages_{function(frozen_, "write_pages")},
      warm_{frozen_, on_kvm()},
      floor_memory_{ring3_memory()}
{}

Functions::~Functions()
{
    ::close(floor_memory_);
}

void Functions::call_nothing(Instance& instance) const
{
    expect(instance.call(nothing_, {}).has_value(), "a call of nothing()");
}

Nanoseconds Functions::first_call_on_husk()
{
    std::optional<Instance> instance;
    return timed([&] {
        instance.emplace(frozen_, on_kvm());
        call_nothing(*instance);
    });
}

Nanoseconds Functions::first_exit_on_floor() const
{
    ring3_vm vm{};
    const auto took = timed([&] {
        ring3_create_from(&vm, floor_memory_);
        ring3_leave(&vm, 1);
    });
    ring3_destroy(&vm);
    return took;
}

Nanoseconds Functions::calls_on_husk(std::uint64_t count)
{
    return timed([&] {
        for (std::uint64_t i = 0; i < count; ++i) call_nothing(warm_);
    });
}

Nanoseconds Functions::calls_after_reset_on_husk(std::uint64_t count)
{
    Nanoseconds sum{0};
    for (std::uint64_t i = 0; i < count; ++i) {
        warm_.reset();
        sum += timed([&] { call_nothing(warm_); });
    }
    return sum;
}

Nanoseconds Functions::reset_on_husk(std::uint64_t pages)
{
    const std::array<Argument, 1> arguments{static_cast<std::int64_t>(pages)};
    const auto fresh = warm_.call(write_pages_, arguments);
    expect(fresh && fresh->integer == static_cast<std::int64_t>(pages), "the pages of a reset");
    return timed([&] { warm_.reset(); });
}

Nanoseconds Functions::copy_on_floor(std::uint64_t pages)
{
    buffer_.resize(pages * kPageSize);
    return timed([&] {
        expect(::pread(floor_memory_, buffer_.data(), buffer_.size(), 0) == static_cast<ssize_t>(buffer_.size()), "a copy");
    });
}

}  // namespace husk::bench
