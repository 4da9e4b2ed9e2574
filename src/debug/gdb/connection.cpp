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
    std::array<std::byte, 4096> bytes{};
    const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (got <= 0) {
        why_gone_ = got == 0 ? "the debugger hung up" : "the debugger is gone: " + std::generic_category().message(errno);
        return false;
    }
    return plausible(std::span{bytes}.first(static_cast<std::size_t>(got)));
}

std::optional<Arrival> Connection::next()
{
    auto arrival = reader_.next();
    if (!arrival) waiting_ = 0;
    return arrival;
}

bool Connection::plausible(std::span<const std::byte> bytes)
{
    // A web page can have a browser send any bytes to this machine's ports, but not the first.
    constexpr std::string_view kFirst = "+-$\3";
    constexpr std::size_t kMostStrange = 1024, kMostWaiting = 4 * kLongestPacket;
    const bool begins = begun_ || kFirst.find(static_cast<char>(bytes.front())) != std::string_view::npos;
    begun_ = true;
    if (begins) reader_.feed(bytes);
    waiting_ += bytes.size();
    if (!begins || reader_.strange() > kMostStrange)
        why_gone_ = "what came is not GDB's protocol: hung up";
    else if (waiting_ > kMostWaiting)
        why_gone_ = "the debugger sends without waiting for answers: hung up";
    return why_gone_.empty();
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
