#include "debug/gdb/file_request.hpp"

#include <utility>

namespace husk::debug::gdb {

namespace {

using Parsed = tl::expected<std::optional<FileRequest>, const char*>;

tl::unexpected<const char*> malformed(const char* what)
{
    return tl::unexpected<const char*>{what};
}

/// A path is hexadecimal, so that a comma can end it.
std::optional<std::string> path(Words& words)
{
    return from_hex(words.until(','));
}

Parsed open(Words words)
{
    auto name = path(words);
    const auto flags = words.number();
    // Behind another comma is the mode of a file that is to be made.
    if (!name || !flags || !words.skip(",") || !words.number() || !words.done())
        return malformed("vFile:open is not PATH,FLAGS,MODE");
    return requests::OpenFile{*std::move(name), *flags};
}

Parsed read(Words words)
{
    const auto file = words.number();
    const bool sized = words.skip(",");
    const auto size = words.number();
    const bool placed = words.skip(",");
    const auto offset = words.number();
    if (!file || !sized || !size || !placed || !offset || !words.done()) return malformed("vFile:pread is not FILE,COUNT,OFFSET");
    return requests::ReadFile{*file, *size, *offset};
}

Parsed read_link(Words words)
{
    auto name = from_hex(words.rest());
    if (!name) return malformed("vFile:readlink has no path");
    return requests::ReadFileLink{*std::move(name)};
}

/// What has a number and nothing else.
template <typename Made>
Parsed numbered(Words words)
{
    const auto number = words.number();
    if (!number || !words.done()) return malformed("vFile: what should be a number is none");
    return Made{*number};
}

}  // namespace

Parsed parse_file_request(Words words)
{
    if (words.skip("open:")) return open(words);
    if (words.skip("close:")) return numbered<requests::CloseFile>(words);
    if (words.skip("pread:")) return read(words);
    if (words.skip("fstat:")) return numbered<requests::AskFile>(words);
    if (words.skip("readlink:")) return read_link(words);
    if (words.skip("setfs:")) return numbered<requests::SelectFiles>(words);
    return std::nullopt;
}

}  // namespace husk::debug::gdb
