#include "support/layers.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

namespace husk::test {
namespace {

/// A file includes its own layer and layers of lower rank. Layers of one rank do not know each other.
struct Layer {
    std::string_view name;  ///< a folder of src/, `guests`, or a public header without a folder of its own
    int rank;
};
constexpr auto kLayers = std::to_array<Layer>({
    {"base", 0},
    {"x86", 1},
    {"memory", 1},
    {"trace", 1},
    {"stop", 2},
    {"guests", 2},
    {"engine", 2},
    {"engine/soft/decode", 3},
    {"engine/soft/cpu", 4},
    {"engine/soft/unicorn", 5},
    {"engine/soft", 6},
    {"engine/kvm", 6},
    {"device", 7},
    {"machine", 8},
    {"load", 9},
    {"debug", 10},
    {"debug/gdb", 11},
    {"debug/core", 12},
    {"frozen", 10},
    {"program/config", 10},  // <husk/program.hpp>: what a program gets, and how it ends
    {"program/abi", 11},
    {"program/host", 11},
    {"program/image", 11},
    {"program/sandbox", 11},
    {"program/sandbox/generate", 12},
    {"program/space", 12},
    {"program/trace", 12},
    {"program/files", 13},
    {"program/signals", 13},
    {"program/entry", 13},
    {"program/process", 14},
    {"program/calls", 15},
    {"program/frozen", 16},
    {"program", 17},
    {"program/debug", 18},
    {"capi", 18},
    {"husk", 18},  // <husk/husk.hpp>, which includes every public header
    {"cli", 19},
});

/// A public header belongs to the layer that implements it.
struct PublicHeader {
    std::string_view file;
    std::string_view layer;
};
constexpr auto kPublicHeaders = std::to_array<PublicHeader>({
    {"address.hpp", "base"},
    {"device.hpp", "device"},
    {"error.hpp", "base"},
    {"flags.hpp", "base"},
    {"frozen.hpp", "frozen"},
    {"frozen_program.hpp", "program/frozen"},
    {"guest.h", "base"},
    {"host_function.hpp", "base"},
    {"husk.h", "capi"},
    {"husk.hpp", "husk"},
    {"image.hpp", "load"},
    {"instance.hpp", "program"},
    {"machine.hpp", "machine"},
    {"memory.hpp", "memory"},
    {"pool.hpp", "base"},
    {"program.hpp", "program/config"},
    {"program_snapshot.hpp", "program/config"},
    {"step.hpp", "stop"},
    {"stop.hpp", "stop"},
    {"trace_file.hpp", "trace"},
    {"x86.hpp", "x86"},
});

/// Rank alone would allow these, and what is said of a folder holds for those within it.
struct Forbidden {
    std::string_view from, to, why;
};
constexpr auto kForbidden = std::to_array<Forbidden>({
    {"device", "engine", "a device sees offsets and bytes, never an exit"},
    {"engine/kvm", "engine/soft", "the engines do not know each other"},
});

/// Something that only some folders may do. Looked for in code: comments and literals are blanked first.
struct Reserved {
    const char* pattern;
    std::string_view what;
    std::vector<std::string_view> where;  ///< paths start with one of these
};
const std::vector<Reserved>& reserved()
{
    static const std::vector<Reserved> rules{
        {R"(#\s*include\s*<linux/kvm\.h>)", "<linux/kvm.h>", {"src/engine/kvm/"}},
        {R"(#\s*include\s*<unicorn/)", "Unicorn", {"src/engine/soft/unicorn/"}},
        {R"(#\s*include\s*<CLI/)", "CLI11", {"src/cli/"}},
        {R"(#\s*include\s*<(iostream|print)>)", "printing", {"src/cli/"}},
        {R"(\b(v?f?printf|f?puts|putchar|perror)\s*\(|\bfmt::print|\bstd::(cout|cerr|clog)\b)",
         "printing",
         {"src/cli/", "src/program/sandbox/generate/"}},
        {R"(\bstd::(exit|_Exit|quick_exit|abort|terminate)\b|(^|[^\w>])::_?(exit|abort)\s*\()", "ending the process", {"src/cli/"}},
        {R"(\breinterpret_cast\b)", "reinterpret_cast", {"src/base/", "src/engine/", "src/memory/"}},
        {R"(\bioctl\s*\()", "ioctl", {"src/base/", "src/engine/", "src/memory/"}},
        {R"(\bmmap(64)?\s*\()", "mmap", {"src/base/", "src/engine/", "src/memory/"}},
    };
    return rules;
}

constexpr std::size_t kLongestFile = 400;  // lines

std::string_view folder(std::string_view path)
{
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

/// The layer of a name as #include gives it: "engine/vm.hpp", "husk/stop.hpp", "guests/builtin.hpp".
const Layer* layer_of(std::string_view included)
{
    std::string_view name = folder(included);
    if (name == "husk") {
        const auto* header = std::ranges::find(kPublicHeaders, included.substr(name.size() + 1), &PublicHeader::file);
        if (header == kPublicHeaders.end()) return nullptr;
        name = header->layer;
    }
    const auto* layer = std::ranges::find(kLayers, name, &Layer::name);
    return layer == kLayers.end() ? nullptr : layer;
}

/// src/engine/vm.hpp is included as engine/vm.hpp, include/husk/stop.hpp as husk/stop.hpp, guests/builtin.hpp as it is.
std::string_view include_name(std::string_view path)
{
    for (const std::string_view root : {"src/", "include/"})
        if (path.starts_with(root)) return path.substr(root.size());
    return path;
}

/// True if `name` is `folder` or lies in it.
bool within(std::string_view name, std::string_view folder)
{
    return name == folder || (name.starts_with(folder) && name[folder.size()] == '/');
}

std::optional<std::string> include_problem(const Layer& from, std::string_view included, bool quoted)
{
    const bool ours = quoted || included.starts_with("husk/");
    if (!ours) return {};
    const Layer* to = layer_of(included);
    if (to == nullptr) return std::string{included} + " is in no layer that tests/support/layers.cpp knows";
    if (to == &from) return {};
    const auto edge = std::string{from.name} + " includes " + std::string{to->name};
    if (to->rank > from.rank) return edge + ", a higher layer";
    if (to->rank == from.rank) return edge + ", a layer of the same rank";
    for (const Forbidden& rule : kForbidden)
        if (rule.from == from.name && within(to->name, rule.to)) return edge + ": " + std::string{rule.why};
    return {};
}

std::optional<std::string> opening_problem(std::string_view path, const std::vector<std::string>& code)
{
    const auto first =
        std::ranges::find_if(code, [](const std::string& line) { return line.find_first_not_of(" \t\r") != std::string::npos; });
    const std::string_view line = first == code.end() ? std::string_view{} : std::string_view{*first};
    if (path.ends_with(".hpp") && !line.starts_with("#pragma once")) return "a header starts with #pragma once";
    if (path.ends_with(".cpp") && !line.starts_with("#include")) return "a source file starts with an #include";
    return {};
}

std::vector<std::string> lines_of(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// Where the comment or literal that starts at `from` ends (one past), or `from` if none starts there.
std::size_t skip_comment(std::string_view source, std::size_t from)
{
    if (source.substr(from, 2) == "//") return std::min(source.find('\n', from), source.size());
    if (source.substr(from, 2) == "/*") {
        const std::size_t end = source.find("*/", from + 2);
        return end == std::string_view::npos ? source.size() : end + 2;
    }
    return from;
}

std::size_t skip_literal(std::string_view source, std::size_t from)
{
    const char quote = source[from];
    if (quote != '"' && quote != '\'') return from;
    if (quote == '"' && from > 0 && source[from - 1] == 'R') {  // R"tag( … )tag"
        const std::size_t open = source.find('(', from);
        const auto close = ")" + std::string{source.substr(from + 1, open - from - 1)} + "\"";
        const std::size_t end = source.find(close, from);
        return end == std::string_view::npos ? source.size() : end + close.size();
    }
    if (quote == '\'' && from > 0 && std::isxdigit(static_cast<unsigned char>(source[from - 1]))) return from;  // 1'000'000
    for (std::size_t at = from + 1; at < source.size() && source[at] != '\n'; ++at) {
        if (source[at] == '\\')
            ++at;
        else if (source[at] == quote)
            return at + 1;
    }
    return from;  // no literal after all
}

}  // namespace

std::string describe(const Breach& breach)
{
    return breach.path + ":" + std::to_string(breach.line) + ": " + breach.problem;
}

std::string blank(std::string_view source, bool literals)
{
    std::string result{source};
    const auto wipe = [&](std::size_t begin, std::size_t end) {
        std::replace_if(
            result.begin() + static_cast<std::ptrdiff_t>(begin), result.begin() + static_cast<std::ptrdiff_t>(end),
            [](char c) { return c != '\n'; }, ' ');
    };
    for (std::size_t at = 0; at < source.size();) {
        if (const std::size_t end = skip_comment(source, at); end != at) {
            wipe(at, end);
            at = end;
        } else if (const std::size_t past = skip_literal(source, at); past != at) {
            if (literals) wipe(at + 1, past - 1);
            at = past;
        } else {
            ++at;
        }
    }
    return result;
}

std::vector<Breach> check_layers(std::string_view path, std::string_view text)
{
    std::vector<Breach> breaches;
    const auto report = [&](std::size_t line, std::string problem) {
        breaches.push_back({std::string{path}, line, std::move(problem)});
    };

    const std::vector<std::string> directives = lines_of(blank(text, false));
    const std::vector<std::string> code = lines_of(blank(text, true));
    if (code.size() > kLongestFile)
        report(0, std::to_string(code.size()) + " lines; " + std::to_string(kLongestFile) + " is the most");
    if (auto problem = opening_problem(path, code)) report(1, std::move(*problem));

    const Layer* layer = layer_of(include_name(path));
    if (layer == nullptr) {
        report(0, "the file is in no layer that tests/support/layers.cpp knows");
        return breaches;
    }
    static const std::regex include_line{R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re"};
    for (std::size_t i = 0; i < directives.size(); ++i) {
        std::smatch match;
        if (!std::regex_search(directives[i], match, include_line)) continue;
        if (auto problem = include_problem(*layer, match[2].str(), match[1] == "\"")) report(i + 1, std::move(*problem));
    }
    for (const Reserved& rule : reserved()) {
        if (std::ranges::any_of(rule.where, [&](std::string_view place) { return path.starts_with(place); })) continue;
        const std::regex pattern{rule.pattern};
        for (std::size_t i = 0; i < code.size(); ++i)
            if (std::regex_search(code[i], pattern))
                report(i + 1, std::string{rule.what} + " belongs in " + std::string{rule.where[0]});
    }
    return breaches;
}

}  // namespace husk::test
