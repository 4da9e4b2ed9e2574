#pragma once

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::program {

/// Where a program was looked for in vain.
struct NotFound {
    struct Tried {
        std::string path;
        int code = 0;  ///< errno: why not there
        bool operator==(const Tried&) const = default;
    };
    int code =
        0;  ///< errno of execvp(): EACCES if there was one that may not be executed, else that of the last place, mostly ENOENT
    std::string name{};
    std::vector<Tried> tried{};  ///< in order
};

/// "prog: No such file or directory: looked for as /usr/bin/prog, /bin/prog".
std::string describe(const NotFound& error);

/// The path under which execvp() would start `name`: as it is if it has a slash, else the first executable file of that name in the
/// directories of `path`, the variable PATH (/bin:/usr/bin if there is none; an empty directory is the current one). Only looks
/// whether it may be executed: see open_start().
tl::expected<std::string, NotFound> find_program(std::string_view name, std::optional<std::string_view> path);

}  // namespace husk::program
