#pragma once

#include "cli/parse.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::cli {

/// The words of a file of grants, or of the same options.
struct GrantWords {
    struct Path {
        std::string path;
        bool writable = false;
        bool operator==(const Path&) const = default;
    };
    std::vector<Path> paths;  ///< in their order
    std::vector<std::string> environment;
    std::optional<std::string> directory;
    bool private_tmp = false;
};

/// Reads lines `ro PATH`, `rw PATH`, `tmp`, `cwd DIR`, `env NAME[=VALUE]`; "#" begins a comment. Words with blanks are quoted as in
/// a shell: 'as it is', or "with \" and \\". Throws UsageError, "NAME:LINE: what is wrong", where `name` is the file's.
GrantWords parse_grants(std::string_view text, std::string_view name);

/// The same of the file at `path`. Throws UsageError if it cannot be read, or is no list of grants.
GrantWords read_grants(const std::string& path, std::string_view name);

}  // namespace husk::cli
