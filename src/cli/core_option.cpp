#include "cli/core_option.hpp"

#include "cli/parse.hpp"
#include "cli/print.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <csignal>

namespace husk::cli {

void add_core_option(CLI::App& command, std::optional<std::string>& file)
{
    command.add_option("--core", file, "Write a core file for GDB if the guest fails")->type_name("FILE");
}

void check_core_option(const std::optional<std::string>& file)
{
    if (file && (file->empty() || *file == "-")) throw UsageError{fmt::format("--core: '{}' is no file's name", *file)};
}

void heed_file_limit()
{
    (void)std::signal(SIGXFSZ, SIG_IGN);
}

std::string core_written(const std::string& file, const std::string& symbols, debug::CoreExtent extent)
{
    const std::string shown = printable(file);
    const std::string how = symbols.empty() ? "--core " + shown : printable(symbols) + " " + shown;
    std::string text = fmt::format("husk: core written to {}: gdb {}\n", shown, how);
    if (extent == debug::CoreExtent::Part)
        text += fmt::format("husk: {} does not hold all of memory: there is more, or in more pieces, than a core file can have\n",
                            shown);
    return text;
}

std::string core_failed(const std::string& file, const Error& error)
{
    return fmt::format("husk: --core {}: {}: no core was written\n", printable(file), error.what());
}

}  // namespace husk::cli
