#include "program/process/snapshot.hpp"
#include "program/residence.hpp"
#include "program/watch.hpp"

#include <husk/program.hpp>

#include <algorithm>

namespace husk {

Program::Program(ProgramConfig config) : residence_{std::make_unique<program::Residence>(std::move(config))} {}
Program::Program(std::unique_ptr<program::Residence> residence) : residence_{std::move(residence)} {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

ProgramStop Program::run()
{
    // It is frozen only by FrozenProgram, which runs it itself.
    return residence_->run().value_or(stops::Cancelled{});
}

void Program::cancel() noexcept
{
    residence_->parts().process.end(stops::Cancelled{});
}

void Program::freeze_now()
{
    residence_->parts().freeze_now();
}

std::vector<SystemCallCount> Program::calls() const
{
    std::vector<SystemCallCount> all;
    if (residence_->parts().observer == nullptr) return all;
    for (auto& row : residence_->parts().observer->statistics().rows())
        all.push_back({std::move(row.name), row.calls, row.errors, row.total, row.longest});
    return all;
}

std::chrono::nanoseconds Program::cpu_time() const
{
    return program::cpu_time(residence_->parts().process);
}

const std::string& Program::confinement_missing() const
{
    return residence_->parts().confinement_missing;
}

ProgramSnapshot Program::snapshot() const
{
    program::Process& process = residence_->parts().process;
    ProgramSnapshot all = program::snapshot_of(process);
    name_code(all, process);
    return all;
}

bool Program::read(GuestVirt at, std::span<std::byte> into) const
{
    return residence_->parts().process.memory.read(at, into);
}

Engine Program::engine() const
{
    return residence_->parts().engine;
}

const std::string& Program::engine_reason() const
{
    return residence_->parts().engine_reason;
}

}  // namespace husk
