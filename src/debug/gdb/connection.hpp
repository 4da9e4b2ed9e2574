#pragma once

#include "base/unique_fd.hpp"
#include "debug/gdb/packet.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace husk::debug::gdb {

/// A debugger at the other end of a socket.
class Connection {
public:
    explicit Connection(UniqueFd socket) : socket_{std::move(socket)} {}

    int descriptor() const { return socket_.get(); }

    /// Takes in what has come; waits if nothing has. False if the debugger has hung up, sends what is none of its protocol, or
    /// goes on sending while answers are due.
    bool receive();
    /// The next of what has come.
    std::optional<Arrival> next();
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
    /// False, with the reason in why_gone_, if no debugger would send that.
    bool plausible(std::span<const std::byte> bytes);

    UniqueFd socket_;
    PacketReader reader_;
    bool begun_ = false;       ///< something has come
    std::size_t waiting_ = 0;  ///< bytes that came since next() had given all
    std::string last_;
    std::string why_gone_;
};

}  // namespace husk::debug::gdb
