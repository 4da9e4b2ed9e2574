#include "debug/gdb/connection.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace husk::debug::gdb {

bool Connection::receive()
{
    constexpr std::size_t kMostStrange = 1024;
    std::array<std::byte, 4096> bytes{};
    const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (got <= 0) {
        why_gone_ = got == 0 ? "the debugger hung up" : "the debugger is gone: " + std::generic_category().message(errno);
        return false;
    }
    reader_.feed(std::span{bytes}.first(static_cast<std::size_t>(got)));
    if (reader_.strange() <= kMostStrange) return true;
    why_gone_ = "what came is not GDB's protocol: hung up";
    return false;
}

bool Connection::send_packet(std::string_view body)
{
    last_ = frame(body);
    return send(last_);
}

bool Connection::send(std::string_view bytes)
{
    // A debugger that takes nothing for so long is as good as gone.
    constexpr int kPatience = 10'000;  // ms
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno == EINTR) continue;
        pollfd writable{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
        if (errno != EAGAIN || ::poll(&writable, 1, kPatience) == 0) {
            why_gone_ = "the debugger takes no answer";
            return false;
        }
    }
    return true;
}

}  // namespace husk::debug::gdb
