#pragma once

#include "program/image/dynamic.hpp"
#include "program/image/executable.hpp"
#include "program/image/loader_cache.hpp"
#include "program/image/script.hpp"
#include "program/image/segment_pages.hpp"

#include <algorithm>
#include <bit>
#include <climits>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace husk::test {

/// What every error about a file keeps to: the rule that it breaks, if any.
inline std::optional<std::string> broken_rule(const program::ExecutableError& error, std::span<const std::byte> file)
{
    if (error.code == 0) return "an error has an errno";
    if (error.what.problem.empty() || error.what.field.empty()) return "an error says what is wrong with what";
    if (!error.what.offset || (!file.empty() && *error.what.offset >= file.size())) return "an error's offset is in the file";
    return std::nullopt;
}

/// The same for a segment of `executable`, and for its pages, which the one who maps them relies on.
inline std::optional<std::string> broken_rule(const program::Segment& segment, const program::Executable& executable,
                                              std::span<const std::byte> file)
{
    using namespace program;
    if (segment.file_size > segment.size) return "a segment has room for its bytes";
    if (segment.address >= kAddressEnd || segment.size > kAddressEnd - segment.address)
        return "a segment has a program's addresses";
    if (segment.address < executable.begin || segment.address + segment.size > executable.end)
        return "segments are within the whole";
    if (segment.number >= executable.program_header_count) return "a segment has a header";
    const SegmentPages pages = pages_of(segment, 0);
    if ((pages.address | pages.file_offset | pages.file_size | pages.zeroes | pages.zeroes_size) % kPageSize != 0)
        return "pages are whole";
    if (pages.file_size > kAddressEnd || pages.zeroes + pages.zeroes_size > kAddressEnd) return "pages have a program's addresses";
    if (pages.file_size > 0 && pages.file_offset + pages.file_size > page_end(file.size())) return "pages are the file's";
    if (pages.zero_size >= kPageSize) return "less than a page is to be cleared";
    return std::nullopt;
}

inline std::optional<std::string> broken_rule(const program::Executable& executable, std::span<const std::byte> file)
{
    using namespace program;
    if (executable.segments.empty()) return "an executable has a segment";
    if (executable.begin % kPageSize != 0 || executable.begin >= executable.end || executable.end > kAddressEnd)
        return "an executable has a place";
    if (!std::has_single_bit(executable.alignment) || executable.alignment < kPageSize) return "an alignment is a power of two";
    if (executable.interpreter.size() >= PATH_MAX) return "an interpreter's path is a path";
    for (const Segment& one : executable.segments)
        if (auto broken = broken_rule(one, executable, file)) return broken;
    return std::nullopt;
}

inline std::optional<std::string> broken_rule(const program::Dynamic& dynamic, std::span<const std::byte> /*file*/)
{
    constexpr std::size_t kMostText = 64 * std::size_t{1024};
    std::size_t text = dynamic.soname.size() + dynamic.rpath.value_or("").size() + dynamic.runpath.value_or("").size();
    for (const std::string& name : dynamic.needed) {
        text += name.size();
        if (name.find('\0') != name.npos) return "a name has no NUL";
    }
    if (text > kMostText || dynamic.needed.size() > 2048) return "a dynamic section is of bounded size";
    return std::nullopt;
}

inline std::optional<std::string> broken_rule(const program::Script& script, std::span<const std::byte> /*file*/)
{
    const std::string both = script.interpreter + script.argument.value_or("");
    if (both.size() >= program::kScriptLineLimit) return "a line is of bounded length";
    if (both.find_first_of(std::string_view{"\n\0", 2}) != both.npos) return "a line ends at its end";
    if (script.interpreter.find_first_of(" \t") != script.interpreter.npos) return "an interpreter has no blanks";
    if (script.argument && script.argument->starts_with(' ')) return "an argument does not start with blanks";
    return std::nullopt;
}

/// Reads `file` as each of the kinds of file that starting a program reads, and gives the first rule that is broken.
inline std::optional<std::string> broken_program_rule(std::span<const std::byte> file)
{
    using namespace program;
    const auto check = [&](const auto& parsed) { return parsed ? broken_rule(*parsed, file) : broken_rule(parsed.error(), file); };
    const MemorySource source{file};
    std::optional<std::string> broken;
    for (const Role role : {Role::Program, Role::Interpreter})
        if (!broken) broken = check(parse_executable(source, role));
    if (!broken)
        broken = check(
            read_program_headers(source).and_then([&](const ProgramHeaders& headers) { return read_dynamic(source, headers); }));
    if (!broken) broken = check(parse_script(file.first(std::min(file.size(), kScriptLineLimit))));
    if (broken) return broken;
    for (const std::string& path : LoaderCache{{file.begin(), file.end()}}.find("libc.so.6"))
        if (!path.starts_with('/') || path.size() > PATH_MAX) return "a cache has absolute paths";
    return std::nullopt;
}

}  // namespace husk::test
