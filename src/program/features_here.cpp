#include "program/features_here.hpp"

#include "machine/choose_engine.hpp"
#include "program/descriptors.hpp"
#include "program/process/features.hpp"
#include "program/process/process.hpp"

#include <utility>

namespace husk::program {

ShownHere features_here(Engine wanted)
{
    const ProgramConfig nothing;
    machine::Chosen chosen = machine::choose_engine(wanted, x86::Mode::Long);
    Process process{nothing, 0, descriptor_line(nothing.limits)};
    process.vm = std::move(chosen.vm);
    entry::build(process.space.reservation());
    process.windows.emplace(process.space, *process.vm, std::span<std::byte>{});
    return {chosen.engine, shown_features(process)};
}

}  // namespace husk::program
