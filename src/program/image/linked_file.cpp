#include "program/image/linked_file.hpp"

#include "load/elf_layout.hpp"
#include "program/image/program_headers.hpp"

#include <husk/error.hpp>

#include <system_error>

namespace husk::program {
namespace {

std::string message(int code)
{
    return std::generic_category().message(code);
}

tl::expected<Dynamic, ExecutableError> parse_shared_object(const FileSource& file)
{
    return read_program_headers(file).and_then([&](const ProgramHeaders& headers) -> tl::expected<Dynamic, ExecutableError> {
        if (headers.header.type == ET_DYN) return read_dynamic(file, headers);
        return bad_executable(ELIBBAD, "e_type", elf::kElf64.e_type.offset, "{} is not 3 (ET_DYN), that of a shared object",
                              headers.header.type);
    });
}

}  // namespace

tl::expected<OpenedFile, std::string> FileOpener::open(const std::string& path, Budget& budget) const
{
    auto real = real_path(root_, absolute(path), budget);
    if (!real) return tl::unexpected{message(real.error())};
    auto file = FileSource::open(root_ + real->path);
    if (!file) return tl::unexpected{message(file.error())};
    return OpenedFile{{absolute(path), std::move(real->path), std::move(real->links)}, std::move(*file)};
}

bool FileOpener::exists(const std::string& path, Budget& budget) const
{
    return real_path(root_, absolute(path), budget).has_value();
}

tl::expected<Dynamic, std::string> read_shared_object(const FileSource& file)
{
    try {
        return parse_shared_object(file).map_error([](const ExecutableError& error) { return describe(error); });
    } catch (const Error& error) {
        return tl::unexpected{std::string{error.what()}};
    }
}

}  // namespace husk::program
