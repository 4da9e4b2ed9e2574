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

/// What execve() takes of a command, for as long as it lives.
class ExecWords {
public:
    explicit ExecWords(const Command& command);
    ExecWords(const ExecWords&) = delete;
    ExecWords& operator=(const ExecWords&) = delete;

    char* const* arguments() const { return arguments_.data(); }
    char* const* environment() const { return environment_.data(); }

private:
    std::vector<std::string> words_, variables_;
    std::vector<char*> arguments_, environment_;
};

/// How it ended.
struct Ended {
    int status = 0;     ///< exit status, or 128 + the signal that ended it
    std::string out;    ///< standard output, all of it
    std::string err;    ///< standard error
    bool hung = false;  ///< it was killed: it was not done after minutes
    int signal = 0;     ///< what ended it if a signal did, which `status` alone does not tell from an exit
};

/// Runs it to its end. Throws std::system_error if it cannot be started.
Ended run(const Command& command);

/// As one would type it, for messages.
std::string describe(const Command& command);

}  // namespace husk::test
