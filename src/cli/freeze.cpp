#include "cli/commands.hpp"
#include "cli/freeze_image.hpp"
#include "cli/freeze_options.hpp"
#include "cli/freeze_program.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace husk::cli {

namespace {

/// Before the guest runs, for that may take long. Throws Error.
void check_writable(const std::string& file)
{
    const std::string call = "-o " + file;
    std::error_code ignored;
    const auto there = std::filesystem::status(file, ignored);
    if (std::filesystem::is_directory(there)) throw Error{call, EISDIR, "name a file in it"};
    if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
        throw Error{call, EINVAL, "only a regular file is replaced"};
    auto folder = std::filesystem::path{file}.parent_path();
    if (folder.empty()) folder = ".";
    if (::access(folder.c_str(), W_OK | X_OK) == 0) return;
    const int why = errno;
    throw Error{call, why,
                why == ENOENT ? fmt::format("there is no folder {}: make it first", folder.native())
                              : fmt::format("the folder {} must be writable: the file is made beside its name", folder.native())};
}

int freeze(const FreezeOptions& options)
{
    check_writable(options.file);
    if (const auto* const image = std::get_if<BootOptions>(&options.guest)) return freeze_image(options, *image);
    return freeze_program(options, std::get<RunOptions>(options.guest));
}

}  // namespace

Action add_freeze(CLI::App& command, const Tail& tail)
{
    auto words = std::make_shared<FreezeWords>();
    add_freeze_options(command, *words);
    return [words, &tail] {
        words->program.command = tail;
        try {
            return freeze(read(*words, RunPlace::here()));
        } catch (const std::invalid_argument& error) {
            throw UsageError{error.what()};
        }
    };
}

}  // namespace husk::cli
