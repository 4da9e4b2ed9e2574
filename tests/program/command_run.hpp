#pragma once

#include <string>
#include <vector>

namespace husk::test {

/// A program to be run with nothing inherited: its environment is what is said here, and only descriptors 0, 1 and 2 are open.
struct Command {
    std::string program;
    std::vector<std::string> arguments;    ///< without argv[0], which is `program`
    std::vector<std::string> environment;  ///< NAME=VALUE
    std::string folder;                    ///< where it starts
    std::string input;                     ///< its standard input
};

/// How it ended.
struct Ended {
    int status = 0;     ///< exit status, or 128 + the signal that ended it
    std::string out;    ///< standard output, all of it
    std::string err;    ///< standard error
    bool hung = false;  ///< it was killed: it was not done after minutes
};

/// Runs it to its end. Throws std::system_error if it cannot be started.
Ended run(const Command& command);

/// As one would type it, for messages.
std::string describe(const Command& command);

}  // namespace husk::test
