#include "base/size_text.hpp"
#include "cli/commands.hpp"
#include "cli/engine_option.hpp"
#include "cli/inspect_machine.hpp"
#include "cli/inspect_report.hpp"
#include "cli/parse.hpp"
#include "cli/print.hpp"
#include "frozen/format.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>

namespace husk::cli {

namespace {

constexpr auto kInspectFooter =
    "Exit status:\n"
    "  0    FILE was explained\n"
    "  120  the command line makes no sense\n"
    "  121  FILE cannot be read, is damaged, or does not fit\n"
    "  122  the host refused something\n"
    "\n"
    "Examples:\n"
    "  husk inspect kernel.elf\n"
    "  husk inspect kernel.elf --html kernel.html\n"
    "  husk inspect kernel.elf --address 0xffffffff80000000\n"
    "  husk inspect ready.frozen\n"
    "  husk inspect ready.frozen --html ready.html\n"
    "  husk inspect ready.frozen --json | jq .memory";

struct InspectWords {
    std::string file;
    bool json = false;
    std::optional<std::string> address;
    BootWords image;
    std::optional<std::string> html;

    std::optional<GuestVirt> linear() const
    {
        const auto number = read_if("--address", address, parse_number);
        return number ? std::optional{GuestVirt{*number}} : std::nullopt;
    }
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
        all.update(inspect_json(frozen, words.linear()));
        all["here"] = cpu_json(look_at_cpu(frozen, parse_engine(words.image.engine)));
        return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    }
    if (const auto linear = words.linear()) return inspect_address_text(frozen, *linear);
    return inspect_line("kind", name(info.kind)) + inspect_line("origin", printable(info.origin)) +
           inspect_line("point", printable(info.point)) +
           inspect_line("file", fmt::format("version {}, {}, {} on disk", frozen::kVersion, size_text(size.bytes),
                                            size_text(size.on_disk))) +
           inspect_line("engine", name(info.engine)) + cpu_text(info, look_at_cpu(frozen, parse_engine(words.image.engine))) +
           inspect_text(frozen);
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
    if (words.html) return inspect_page(*frozen, printable(words.file), *words.html), 0;
    print(report(words, *frozen));
    return 0;
}

/// Options that say how an image is booted make no sense for a machine that runs already.
void refuse_image_options(const CLI::App& command, const std::string& file)
{
    for (const auto* const option : command.get_options())
        if (option->get_group() == kImages && option->count() > 0)
            throw UsageError{fmt::format("{}: only for an image, and {} is frozen", option->get_name(), file)};
}

int inspect(const InspectWords& words, const CLI::App& command)
{
    const auto linear = words.linear();
    if (is_image(words.file)) {
        BootWords image = words.image;
        image.image = words.file;
        print(inspect_image_file(read(image), {linear, words.json, words.html}));
        return 0;
    }
    const auto info = frozen_info(words.file);
    if (!info) refuse(words.file, info.error());
    refuse_image_options(command, words.file);
    return info->kind == FrozenKind::Image ? inspect_as<Frozen>(words) : inspect_as<FrozenProgram>(words);
}

}  // namespace

Action add_inspect(CLI::App& command)
{
    auto words = std::make_shared<InspectWords>();
    command.add_option("FILE", words->file, "An image, or what `husk freeze` made")->required()->type_name("");
    command.add_option("--address", words->address, "How this linear address translates, step by step")->type_name("ADDR");
    auto* const json = command.add_flag("--json", words->json, "Print one JSON object");
    command
        .add_option("--html", words->html, "Write a page with pictures of page tables and memory instead, which needs no network")
        ->type_name("FILE")
        ->excludes(json)
        ->excludes("--address");
    command.add_option("--memory", words->image.memory, "Guest memory, a multiple of 4K (default: 2M)")
        ->type_name("SIZE")
        ->group(kImages);
    add_engine_option(command, words->image.engine);
    add_image_options(command, words->image);
    command.footer(kInspectFooter);
    return [words, &command] {
        try {
            return inspect(*words, command);
        } catch (const std::invalid_argument& error) {
            throw UsageError{error.what()};
        }
    };
}

}  // namespace husk::cli
