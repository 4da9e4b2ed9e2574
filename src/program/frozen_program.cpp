#include "frozen/file.hpp"
#include "program/freeze_point.hpp"
#include "program/frozen/capture_memory.hpp"
#include "program/frozen/check_state.hpp"
#include "program/frozen/content_for.hpp"
#include "program/frozen/fields.hpp"
#include "program/residence.hpp"

#include <husk/error.hpp>
#include <husk/frozen_program.hpp>

#include <utility>

namespace husk {

using program::FrozenContent;
using program::ProgramState;

namespace {

/// Those of the executable, as Functions has them. None if it cannot be read any more.
std::string functions_of(const program::Parts& parts)
{
    if (parts.thawed) return parts.thawed->functions->text();
    const auto file = program::FileSource::open(parts.start->program.path);
    return file ? program::Functions::pack(program::functions_of(*file), parts.process.loaded.bias) : std::string{};
}

}  // namespace

FrozenProgram::FrozenProgram(std::shared_ptr<const FrozenContent> content) : content_{std::move(content)} {}

tl::expected<FrozenProgram, NotFrozen> FrozenProgram::freeze(ProgramConfig config, const FreezePoint& point)
{
    Program program{std::move(config)};
    return freeze(program, point);
}

tl::expected<FrozenProgram, NotFrozen> FrozenProgram::freeze(Program& program, const FreezePoint& point)
{
    program::Parts& parts = program.residence_->parts();
    program::MemoryCapture memory{parts.process.descriptor_line};
    const std::string functions = functions_of(parts);
    parts.freeze_at(program::where_of(point, parts));
    if (const auto stop = program.residence_->run()) return tl::unexpected{NotFrozen{*stop}};
    if (!parts.captured->refusals.empty()) return tl::unexpected{NotFrozen{std::move(parts.captured->refusals)}};
    parts.captured->state.functions_size = functions.size();
    FrozenContent content{.info = {.origin = parts.captured->state.program,
                                   .point = describe(point),
                                   .engine = parts.engine,
                                   .kind = FrozenKind::Program,
                                   .cpu_features = parts.features},
                          .state = std::move(parts.captured->state),
                          .memory = memory.take(parts.process.space, functions)};
    return FrozenProgram{std::make_shared<const FrozenContent>(std::move(content))};
}

tl::expected<FrozenProgram, FrozenError> FrozenProgram::open(const std::filesystem::path& path)
{
    auto opened = frozen::open<ProgramState>(path, FrozenKind::Program);
    if (!opened) return tl::unexpected{std::move(opened.error())};
    auto& [info, regions, state] = opened->description;
    if (auto good = check_state(state, regions); !good) return tl::unexpected{std::move(good.error())};
    return FrozenProgram{
        std::make_shared<const FrozenContent>(FrozenContent{std::move(info), std::move(state), std::move(opened->memory)})};
}

void FrozenProgram::save(const std::filesystem::path& path, SaveOptions options) const
{
    const auto regions = content_->memory->regions();
    const frozen::Description<ProgramState> description{content_->info, {regions.begin(), regions.end()}, content_->state};
    frozen::save(path, frozen::to_metadata(description), *content_->memory, options);
}

Program FrozenProgram::thaw(ProgramConfig config) const
{
    return thaw(std::move(config), nullptr);
}

Program FrozenProgram::thaw(ProgramConfig config, std::unique_ptr<machine::EngineAhead> ahead) const
{
    auto content = program::content_for(content_, config.engine);
    return Program{std::make_unique<program::Residence>(std::move(config), std::move(content), std::move(ahead))};
}

std::optional<GuestVirt> FrozenProgram::find(std::string_view function) const
{
    return content_->functions->find(function);
}

const FrozenInfo& FrozenProgram::info() const
{
    return content_->info;
}

const FrozenContent& FrozenProgram::content() const
{
    return *content_;
}

const MemoryImage& FrozenProgram::memory() const
{
    return *content_->memory;
}

}  // namespace husk
