#pragma once

#include "base/unique_fd.hpp"
#include "debug/gdb/packet.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace husk::debug::gdb {

/// A debugger at the other end of a socket.
class Connection {
public:
    explicit Connection(UniqueFd socket) : socket_{std::move(socket)} {}

    int descriptor() const { return socket_.get(); }

    /// Takes in what has come; waits if nothing has. False if the debugger has hung up, or sends what is none of its protocol.
    bool receive();
    /// The next of what has come.
    std::optional<Arrival> next() { return reader_.next(); }
    bool take_interrupts() { return reader_.take_interrupts(); }
    /// Why receive() gave false.
    const std::string& why_gone() const { return why_gone_; }

    /// False if the debugger has hung up.
    bool send_packet(std::string_view body);
    bool send_again() { return send(last_); }
    /// "+" or "-".
    bool acknowledge(bool intact) { return send(intact ? "+" : "-"); }

private:
    bool send(std::string_view bytes);

    UniqueFd socket_;
    PacketReader reader_;
    std::string last_;
    std::string why_gone_;
};

}  // namespace husk::debug::gdb
