#include "cli/commands.hpp"
#include "cli/inspect_report.hpp"
#include "cli/parse.hpp"
#include "cli/print.hpp"
#include "cli/size_text.hpp"
#include "frozen/format.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>

namespace husk::cli {

namespace {

constexpr auto kFooter =
    "Exit status:\n"
    "  0    FILE is a frozen guest\n"
    "  120  the command line makes no sense\n"
    "  121  FILE cannot be read, is no frozen guest, or is damaged\n"
    "\n"
    "Examples:\n"
    "  husk inspect ready.frozen\n"
    "  husk inspect ready.frozen --json | jq .memory";

struct InspectWords {
    std::string file;
    bool json = false;
};

/// What the file system says of the file; zeroes if it has gone.
struct FileSize {
    std::uint64_t bytes = 0;
    std::uint64_t on_disk = 0;
};

FileSize size_of(const std::string& file)
{
    constexpr std::uint64_t kBlock = 512;  // st_blocks counts these: stat(2)
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return {};
    return {static_cast<std::uint64_t>(status.st_size), static_cast<std::uint64_t>(status.st_blocks) * kBlock};
}

/// What there is to tell of either kind, then what there is of this one.
template <typename Either>
std::string report(const InspectWords& words, const Either& frozen)
{
    const FrozenInfo& info = frozen.info();
    const FileSize size = size_of(words.file);
    if (words.json) {
        nlohmann::ordered_json all{
            {"file", words.file}, {"version", frozen::kVersion}, {"file_size", size.bytes}, {"size_on_disk", size.on_disk}};
        all.update(inspect_json(frozen));
        return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    }
    return inspect_line("kind", name(info.kind)) + inspect_line("origin", printable(info.origin)) +
           inspect_line("point", printable(info.point)) +
           inspect_line("file", fmt::format("version {}, {}, {} on disk", frozen::kVersion, size_text(size.bytes),
                                            size_text(size.on_disk))) +
           inspect_line("engine", name(info.engine)) + inspect_text(frozen);
}

[[noreturn]] void refuse(const std::string& file, const FrozenError& error)
{
    throw BadInput{fmt::format("{}: {}", file, describe(error))};
}

template <typename Either>
int inspect_as(const InspectWords& words)
{
    const auto frozen = Either::open(words.file);
    if (!frozen) refuse(words.file, frozen.error());
    print(report(words, *frozen));
    return 0;
}

int inspect(const InspectWords& words)
{
    const auto info = frozen_info(words.file);
    if (!info) refuse(words.file, info.error());
    return info->kind == FrozenKind::Image ? inspect_as<Frozen>(words) : inspect_as<FrozenProgram>(words);
}

}  // namespace

Action add_inspect(CLI::App& command)
{
    auto words = std::make_shared<InspectWords>();
    command.add_option("FILE", words->file, "What `husk freeze` made")->required()->type_name("");
    command.add_flag("--json", words->json, "Print one JSON object");
    command.footer(kFooter);
    return [words] { return inspect(*words); };
}

}  // namespace husk::cli
