#include "program/parts.hpp"
#include "program/watch.hpp"

#include <husk/program.hpp>

namespace husk {

Program::Program(ProgramConfig config) : parts_{std::make_unique<program::Parts>(std::move(config))} {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

ProgramStop Program::run()
{
    return parts_->run();
}

void Program::cancel() noexcept
{
    parts_->process.end(stops::Cancelled{});
}

std::vector<SystemCallCount> Program::calls() const
{
    std::vector<SystemCallCount> all;
    if (parts_->observer == nullptr) return all;
    for (auto& row : parts_->observer->statistics().rows())
        all.push_back({std::move(row.name), row.calls, row.errors, row.total, row.longest});
    return all;
}

std::chrono::nanoseconds Program::cpu_time() const
{
    return program::cpu_time(parts_->process);
}

const std::string& Program::confinement_missing() const
{
    return parts_->confinement_missing;
}

Engine Program::engine() const
{
    return parts_->engine;
}

const std::string& Program::engine_reason() const
{
    return parts_->engine_reason;
}

}  // namespace husk
