#pragma once

#include <termios.h>

#include <cstddef>
#include <optional>
#include <string>

namespace husk::cli {

/// Stdin as the serial line's input. A terminal is switched to single characters without echo when the guest first looks for input
/// (a guest that never does leaves it alone), and back at the end; Ctrl-C keeps its meaning.
class Keyboard {
public:
    Keyboard() = default;
    ~Keyboard();
    Keyboard(const Keyboard&) = delete;
    Keyboard& operator=(const Keyboard&) = delete;

    /// A byte, if there is one now.
    std::optional<std::byte> poll();

private:
    void prepare();

    bool prepared_ = false;
    bool ended_ = false;
    std::optional<termios> before_;
    std::string buffer_;
    std::size_t next_ = 0;
};

}  // namespace husk::cli
