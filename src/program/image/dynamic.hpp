#pragma once

#include "program/image/byte_source.hpp"
#include "program/image/executable_error.hpp"
#include "program/image/program_headers.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <vector>

namespace husk::program {

/// What a dynamic section tells the loader about other files. System V ABI, "Dynamic Section" (chapter 5).
struct Dynamic {
    std::vector<std::string> needed{};     ///< DT_NEEDED, in order
    std::string soname{};                  ///< DT_SONAME
    std::optional<std::string> rpath{};    ///< DT_RPATH
    std::optional<std::string> runpath{};  ///< DT_RUNPATH
    bool no_default_directories = false;   ///< DF_1_NODEFLIB
    bool operator==(const Dynamic&) const = default;
};

/// The dynamic section of a file whose program headers are `headers`; an empty one if it has none. Where there can be one entry of
/// a kind the last one counts. Refused are strings that are not within their table or have no end, more than 2048 entries, and more
/// than 64 KiB of strings.
tl::expected<Dynamic, ExecutableError> read_dynamic(const ByteSource& file, const ProgramHeaders& headers);

}  // namespace husk::program
