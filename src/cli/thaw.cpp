#include "cli/commands.hpp"
#include "cli/parse.hpp"
#include "cli/thaw_image.hpp"
#include "cli/thaw_options.hpp"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>

namespace husk::cli {

namespace {

int thaw(const ThawOptions& options)
{
    const auto frozen = Frozen::open(options.file);
    if (!frozen) throw BadInput{fmt::format("{}: {}", options.file, describe(frozen.error()))};
    return thaw_image(options, *frozen);
}

}  // namespace

Action add_thaw(CLI::App& command)
{
    auto words = std::make_shared<ThawWords>();
    add_thaw_options(command, *words);
    return [words] {
        try {
            return thaw(read(*words));
        } catch (const std::invalid_argument& error) {
            throw UsageError{error.what()};
        }
    };
}

}  // namespace husk::cli
