#include "density.hpp"

#include <husk/frozen_program.hpp>
#include <husk/instance.hpp>

namespace husk::bench {

namespace {

/// Where it asks to be frozen. Of 64 GiB of addresses each, a process has room for two thousand.
FrozenProgram freeze(Engine engine)
{
    ProgramConfig config;
    config.path = HUSK_BENCH_FUNCTIONS;
    config.arguments = {config.path};
    config.address_space = 64_GiB;
    config.engine = engine;
    auto frozen = FrozenProgram::freeze(std::move(config), freeze_points::Asked{});
    expect(frozen.has_value(), "freezing program_functions");
    return *std::move(frozen);
}

}  // namespace

void tell_programs(std::size_t guests, Engine engine)
{
    const FrozenProgram frozen = freeze(engine);
    const auto function = frozen.find("nothing");
    expect(function.has_value(), "nothing()");
    const auto call = [&](Instance& instance) { expect(instance.call(*function, {}).has_value(), "a call of nothing()"); };
    ProgramConfig config;
    config.engine = engine;
    call(*std::make_unique<Instance>(frozen, config));

    std::vector<Instance> all;
    all.reserve(guests);
    const Resident baseline = resident_now();
    const Pace pace = pace_of(guests, [&] {
        all.emplace_back(frozen, config);
        call(all.back());
    });
    const Resident now = resident_now();
    for (Instance& instance : all) call(instance);
    if (interrupted()) return;
    print_thawed("programs", all.size(), engine, baseline, now, pace);
}

}  // namespace husk::bench
