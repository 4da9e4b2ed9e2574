#pragma once

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace husk::test {

/// How a run of the husk command ended.
struct Finished {
    int status = 0;   ///< its exit status, or 128 + the signal that ended it, as a shell would say
    std::string out;  ///< all it wrote to standard output
    std::string err;  ///< … and to standard error
};

/// The husk command of this build while it runs.
class Running {
public:
    /// `input` is its standard input; -1 gives it an empty one. Throws std::system_error if it cannot be started.
    explicit Running(const std::vector<std::string>& arguments, int input = -1, const char* command = HUSK_COMMAND);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    /// Waits for the next `count` bytes of its output; fewer if it ends before.
    std::string read(std::size_t count);
    void send(int signal) const;
    /// Nobody reads its output any more.
    void close_output() { out_ = UniqueFd{}; }
    /// Waits for its end.
    Finished wait();

private:
    pid_t child_ = -1;
    UniqueFd out_;
    std::string err_;
    std::thread listener_;
};

/// Runs the husk command of this build with `arguments` and waits for it, `input` being its standard input. Throws
/// std::system_error if it cannot be started.
Finished run_husk(const std::vector<std::string>& arguments, std::string_view input = {});

/// The same for the command as it is when built without the software engine.
Finished run_husk_without_soft(const std::vector<std::string>& arguments);

/// Why this host runs no program under `husk run` with these options, for a test that is to be skipped; empty if it does.
std::string why_no_programs(const std::vector<std::string>& options = {});

}  // namespace husk::test
