#pragma once

#include "base/unique_fd.hpp"
#include "debug/gdb/packet.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace husk::test {

/// The other end of a debugger's connection, byte by byte: what GDB would never send.
class RawDebugger {
public:
    /// Waits until `path` can be connected to; throws std::runtime_error if that takes a minute.
    explicit RawDebugger(const std::string& path)
    {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::ranges::copy(path, std::begin(name.sun_path));
        const void* const place = &name;
        const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes{1};
        while (std::chrono::steady_clock::now() < patience) {
            socket_ = UniqueFd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
            if (::connect(socket_.get(), static_cast<const sockaddr*>(place), sizeof name) == 0) return;
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        throw std::runtime_error{"nobody listens at " + path};
    }

    void send(std::string_view bytes) const
    {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;  // it has hung up
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// Sends a packet and gives the next one's body, empty if it hangs up.
    std::string ask(std::string_view body)
    {
        send(debug::gdb::frame(body));
        return answer();
    }
    std::string answer()
    {
        for (;;) {
            while (const auto arrival = reader_.next())
                if (const auto* packet = std::get_if<debug::gdb::arrivals::Packet>(&*arrival)) return packet->body;
            std::array<std::byte, 4096> bytes{};
            const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
            if (got <= 0) return {};
            reader_.feed(std::span{bytes}.first(static_cast<std::size_t>(got)));
        }
    }
    /// True if the other end hangs up, without another word.
    bool is_hung_up() const
    {
        std::byte byte{};
        return ::recv(socket_.get(), &byte, 1, 0) <= 0;
    }

private:
    UniqueFd socket_;
    debug::gdb::PacketReader reader_;
};

}  // namespace husk::test
