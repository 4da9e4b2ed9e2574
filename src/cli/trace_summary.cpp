#include "base/unique_fd.hpp"
#include "cli/commands.hpp"
#include "cli/parse.hpp"
#include "cli/print.hpp"
#include "cli/trace_tables.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace husk::cli {

namespace {

constexpr auto kTraceSummaryFooter =
    "Time in the host is what Husk takes to serve an exit, and what a system call waits. A trace that was cut off is summed up, "
    "too,\n"
    "and stderr says so.\n"
    "\n"
    "Exit status:\n"
    "  0    it is summed up\n"
    "  120  the command line makes no sense\n"
    "  121  FILE cannot be read, or is no trace that Husk wrote: stderr names the line\n"
    "  122  the host refused something\n"
    "\n"
    "Examples:\n"
    "  husk run --trace sort.json --ro data sort data/a && husk trace-summary sort.json\n"
    "  husk trace-summary --json sort.json | jq '.exits_by_cause[0]'";

constexpr std::size_t kUsualRows = 20;

struct SummaryWords {
    std::string file;
    std::optional<std::string> top;
    bool json = false;
};

[[noreturn]] void refuse(const std::string& file, int error)
{
    throw BadInput{fmt::format("{}: {}", file, std::generic_category().message(error))};
}

[[noreturn]] void refuse(const std::string& file, const trace::TraceError& error)
{
    throw BadInput{fmt::format("{}:{}: {}", file, error.line, printable(error.problem))};
}

trace::TraceReader read_trace(const std::string& name)
{
    constexpr std::size_t kPiece = std::size_t{1} << 18;
    const UniqueFd file{::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    if (!file) refuse(name, errno);
    trace::TraceReader reader;
    std::vector<char> piece(kPiece);
    for (;;) {
        const ssize_t got = ::read(file.get(), piece.data(), piece.size());
        if (got == 0) break;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse(name, errno);
        if (const auto done = reader.add({piece.data(), static_cast<std::size_t>(got)}); !done) refuse(name, done.error());
    }
    if (const auto done = reader.finish(); !done) refuse(name, done.error());
    return reader;
}

int summarize(const SummaryWords& words)
{
    std::size_t most = kUsualRows;
    if (words.top) most = static_cast<std::size_t>(read_as("--top", *words.top, parse_number));
    const trace::TraceReader trace = read_trace(words.file);
    if (const auto cut = cut_off_text(trace); !cut.empty()) complain(fmt::format("husk: {}: {}\n", words.file, cut));
    if (words.json)
        print(trace_json(trace).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    else
        print(trace_text(trace, most));
    return 0;
}

}  // namespace

Action add_trace_summary(CLI::App& command)
{
    auto words = std::make_shared<SummaryWords>();
    command.add_option("FILE", words->file, "What --trace made")->required()->type_name("");
    command.add_option("--top", words->top, "At most so many rows a table; 0: all (default: 20)")->type_name("N");
    command.add_flag("--json", words->json, "Print one JSON object, with all rows");
    command.footer(kTraceSummaryFooter);
    return [words] { return summarize(*words); };
}

}  // namespace husk::cli
