#pragma once

#include "base/unique_fd.hpp"
#include "program/command_run.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace husk::test {

/// What a terminal shows of what was written to it: as much of xterm as line editing uses. It has as many rows as are needed.
class Screen {
public:
    void write(std::string_view bytes);
    /// The rows, without the blanks at their ends, each but the last with a newline.
    std::string text() const;

private:
    void put(char byte);
    void escape(char last);

    std::vector<std::string> rows_{1};
    std::size_t column_ = 0;
    std::string sequence_;  ///< that has begun, from ESC on
};

/// A program that has a terminal of its own, as the leader of its session: what is typed, and what is shown.
class Terminal {
public:
    /// Throws std::system_error.
    explicit Terminal(const Command& command);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void type(std::string_view keys);
    void resize(unsigned short rows, unsigned short columns);
    /// Until its first thread sleeps, as one that waits for keys: Python loses a Ctrl-C that comes just before it does.
    void until_it_waits() const;
    /// Reads until what is shown ends with `tail`; all that is shown, which does not if nothing more comes.
    std::string shown_with(std::string_view tail);
    /// What waitpid() tells after its end.
    int wait();

private:
    UniqueFd fd_;
    pid_t child_ = -1;
    Screen screen_;
};

}  // namespace husk::test
