#include "cli/keyboard.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace husk::cli {

Keyboard::~Keyboard()
{
    if (before_) ::tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
}

std::optional<std::byte> Keyboard::poll()
{
    if (next_ < buffer_.size()) return static_cast<std::byte>(buffer_[next_++]);
    if (ended_) return std::nullopt;
    prepare();

    pollfd stdin_ready{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (::poll(&stdin_ready, 1, 0) != 1) return std::nullopt;
    std::array<char, 4096> chunk{};
    const ssize_t got = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (got <= 0) {
        ended_ = got == 0 || errno != EINTR;
        return std::nullopt;
    }
    buffer_.assign(chunk.data(), static_cast<std::size_t>(got));
    next_ = 1;
    return static_cast<std::byte>(buffer_[0]);
}

void Keyboard::prepare()
{
    if (prepared_) return;
    prepared_ = true;
    termios settings{};
    if (::tcgetattr(STDIN_FILENO, &settings) != 0) return;  // not a terminal
    before_ = settings;
    settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

}  // namespace husk::cli
