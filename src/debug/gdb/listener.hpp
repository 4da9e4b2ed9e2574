#pragma once

#include "base/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace husk::debug::gdb {

/// Where a debugger is waited for.
struct TcpAddress {
    std::string host = "127.0.0.1";
    std::string port;  ///< "0": the host chooses
    bool operator==(const TcpAddress&) const = default;
};
struct UnixAddress {
    std::string path;
    bool operator==(const UnixAddress&) const = default;
};
using Address = std::variant<TcpAddress, UnixAddress>;

/// "PORT", "HOST:PORT" ("[::1]:1234" for IPv6) or "unix:PATH". Throws std::invalid_argument saying what is wrong with it.
Address parse_address(std::string_view text);

/// A socket that waits for debuggers. A socket of PATH is there for as long as it lives, and only for its owner.
class Listener {
public:
    /// Throws Error.
    explicit Listener(const Address& address);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// The socket's descriptor becomes the lowest free from `line` on. Throws Error.
    void keep_above(int line);
    /// Somebody else removes the socket of PATH.
    void leave_path() { path_.clear(); }

    int descriptor() const { return socket_.get(); }
    /// What GDB's `target remote` takes: "127.0.0.1:1234", "/tmp/socket".
    const std::string& name() const { return name_; }
    /// Only this machine's processes can connect.
    bool is_local() const { return local_; }
    /// The debugger that has come; nothing if it is gone already. Throws Error.
    UniqueFd accept() const;

private:
    UniqueFd socket_;
    std::string name_;
    std::string path_;  ///< to remove
    bool local_ = true;
};

}  // namespace husk::debug::gdb
