#include "cli/commands.hpp"
#include "cli/parse.hpp"
#include "cli/thaw_image.hpp"
#include "cli/thaw_options.hpp"
#include "cli/thaw_program.hpp"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>

namespace husk::cli {

namespace {

[[noreturn]] void refuse(const std::string& file, const FrozenError& error)
{
    throw BadInput{fmt::format("{}: {}", file, describe(error))};
}

int thaw(const CLI::App& command, const ThawOptions& options)
{
    const auto info = frozen_info(options.file);
    if (!info) refuse(options.file, info.error());
    check_kind(command, info->kind);
    if (info->kind == FrozenKind::Program) return thaw_program(options);
    if (!options.run.program.arguments.empty())
        throw UsageError{
            fmt::format("'{}': arguments are for programs, and this is an image", options.run.program.arguments.front())};
    const auto frozen = Frozen::open(options.file);
    if (!frozen) refuse(options.file, frozen.error());
    return thaw_image(options, *frozen);
}

}  // namespace

Action add_thaw(CLI::App& command, const Tail& tail)
{
    auto words = std::make_shared<ThawWords>();
    add_thaw_options(command, *words);
    return [words, &command, &tail] {
        words->program.command = tail;
        try {
            RunPlace place = RunPlace::here();
            place.terminal = false;  // what it needs for its own, it was given when it was started
            return thaw(command, read(*words, place));
        } catch (const std::invalid_argument& error) {
            throw UsageError{error.what()};
        }
    };
}

}  // namespace husk::cli
