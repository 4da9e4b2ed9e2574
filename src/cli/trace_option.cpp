#include "cli/trace_option.hpp"

#include "cli/exit_status.hpp"
#include "cli/parse.hpp"
#include "load/symbols.hpp"

#include <husk/error.hpp>
#include <husk/image.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace husk::cli {

void add_trace_option(CLI::App& command, std::optional<std::string>& file)
{
    command
        .add_option("--trace", file, "Tell each exit and each system call, with times, to a file for Perfetto and `husk trace-summary`")
        ->type_name("FILE");
}

void add_symbols_option(CLI::App& command, std::optional<std::string>& file)
{
    command.add_option("--symbols", file, "The ELF file whose symbols name places in --trace (default: the image)")
        ->type_name("FILE");
}

void check_trace_option(const std::optional<std::string>& file)
{
    if (file && (file->empty() || *file == "-")) throw UsageError{fmt::format("--trace: '{}' is no file's name", *file)};
}

std::shared_ptr<TraceFile> open_trace(const std::optional<std::string>& file, const std::string& guest)
{
    return file ? std::make_shared<TraceFile>(*file, guest.substr(guest.rfind('/') + 1)) : nullptr;
}

std::function<std::string(GuestVirt)> symbols_for_trace(const std::optional<std::string>& file, std::span<const std::byte> image)
{
    std::vector<std::byte> bytes;
    try {
        if (file) bytes = read_image_file(*file);
    } catch (const Error& error) {
        throw BadInput{fmt::format("--symbols {}: {}", *file, error.code().message())};
    }
    auto symbols = std::make_shared<trace::SymbolTable>(code_symbols(file ? bytes : image));
    if (file && symbols->size() == 0) throw BadInput{fmt::format("--symbols {}: not an ELF file, or it has no symbols", *file)};
    if (symbols->size() == 0) return {};
    return [symbols = std::move(symbols)](GuestVirt at) { return symbols->at(at.value); };
}

int close_trace(TraceFile* trace, int status, const std::function<void(std::string_view)>& tell)
{
    if (trace == nullptr) return status;
    try {
        trace->close();
    } catch (const Error& error) {
        tell(fmt::format("husk: --trace: {}: the trace is cut off; the guest's own status is {}\n", error.what(), status));
        return kHostError;
    }
    return status;
}

}  // namespace husk::cli
