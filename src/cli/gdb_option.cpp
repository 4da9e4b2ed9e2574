#include "cli/gdb_option.hpp"

#include "cli/parse.hpp"

#include <CLI/CLI.hpp>

#include <stdexcept>

namespace husk::cli {

void add_gdb_option(CLI::App& command, std::optional<std::string>& word)
{
    command
        .add_option(
            "--gdb", word,
            "Wait for GDB (`target remote`) before the first instruction (a thaw: before it goes on) at PORT of this machine "
            "alone, or at a socket")
        ->type_name("PORT|HOST:PORT|unix:PATH");
}

debug::gdb::Address parse_gdb(std::string_view text)
{
    try {
        return debug::gdb::parse_address(text);
    } catch (const std::invalid_argument& error) {
        throw UsageError{error.what()};
    }
}

}  // namespace husk::cli
