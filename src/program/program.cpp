#include "program/parts.hpp"

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

Engine Program::engine() const
{
    return parts_->engine;
}

const std::string& Program::engine_reason() const
{
    return parts_->engine_reason;
}

}  // namespace husk
