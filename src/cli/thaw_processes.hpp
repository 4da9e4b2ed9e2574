#pragma once

#include "cli/thaw_many.hpp"

#include <functional>
#include <string>

namespace husk::cli {

/// How many thaws are to be made, and what each of them is given.
struct ThawPlan {
    unsigned count = 1;
    unsigned parallel = 1;
    std::string input = "/dev/null";  ///< the file that each reads, from its beginning
    int line = 0;                     ///< the descriptors from 3 to below this are not the children's
};

/// Makes a process for each thaw, which calls `child` with its number, from 1, and exits with what that gives. What they write is
/// written when they have ended, so that it does not mix. Throws Error, BadInput.
ThawResults thaw_in_processes(const ThawPlan& plan, const std::function<int(unsigned number)>& child);

/// The file as descriptor 0. Throws BadInput.
void take_as_stdin(const std::string& file);

}  // namespace husk::cli
