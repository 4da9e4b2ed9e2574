#include "cli/commands.hpp"
#include "cli/inspect_image.hpp"
#include "cli/parse.hpp"
#include "cli/print.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

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

int inspect(const InspectWords& words)
{
    const auto frozen = Frozen::open(words.file);
    if (!frozen) throw BadInput{fmt::format("{}: {}", words.file, describe(frozen.error()))};
    print(words.json ? inspect_json(words.file, *frozen) : inspect_text(words.file, *frozen));
    return 0;
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
