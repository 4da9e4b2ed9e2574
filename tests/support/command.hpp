#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace husk::test {

/// How a run of the husk command ended.
struct Finished {
    int status = 0;   ///< its exit status, or 128 + the signal that ended it, as a shell would say
    std::string out;  ///< all it wrote to standard output
    std::string err;  ///< … and to standard error
};

/// Runs the husk command of this build with `arguments` and waits for it, `input` being its standard input. Throws
/// std::system_error if it cannot be started.
Finished run_husk(const std::vector<std::string>& arguments, std::string_view input = {});

}  // namespace husk::test
