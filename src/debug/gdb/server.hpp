#pragma once

#include "base/unique_fd.hpp"
#include "debug/gdb/connection.hpp"
#include "debug/gdb/listener.hpp"
#include "debug/gdb/session.hpp"
#include "debug/gdb/target.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace husk::debug::gdb {

/// Calls what makes a descriptor, which may make none, and gives that back where it may stay: a process may share its descriptors
/// with its guest.
using MakeDescriptor = std::function<UniqueFd(const std::function<UniqueFd()>& make)>;

/// Something that a thread waits for, beside what its sockets bring.
class Event {
public:
    /// Throws Error.
    explicit Event(const MakeDescriptor& made);
    int descriptor() const { return fd_.get(); }
    void set() const;
    void clear() const;

private:
    UniqueFd fd_;
};

/// Waits for debuggers, one at a time, and does what they ask of a target.
class Server {
public:
    /// How it ended.
    enum class End : std::uint8_t {
        Detached,   ///< the debugger let go: the guest is to go on without one
        Killed,     ///< the guest is to end
        GuestOver,  ///< the guest has ended
        Woken,      ///< somebody wants this process to end
    };

    /// `say` gets lines in words for whoever started it. `wake` is a descriptor that becomes readable when serve() shall end, at
    /// once and whatever it does; -1 if there is none.
    Server(
        const Listener& listener, Target& target, std::function<void(const std::string&)> say, int wake = -1,
        MakeDescriptor made = [](const auto& make) { return make(); })
        : listener_{listener}, target_{target}, say_{std::move(say)}, wake_{wake}, made_{std::move(made)}, guest_stopped_{made_}
    {}

    /// Until one of them is over. Throws Error if the host fails.
    End serve();

    /// Whether a debugger is there. From any thread.
    bool connected() const noexcept { return connected_; }

private:
    enum class Came { Bytes, Wake };

    /// A debugger's turn; nothing if it hung up: the guest stays where it is, for the next.
    std::optional<End> serve_one();
    std::optional<End> handle(const Arrival& arrival);
    std::optional<End> go_on(const requests::Resume& how);
    std::optional<End> finish(const StopReport& report);
    /// Waits for bytes from the debugger, or for one if there is none; turns away those that come meanwhile.
    Came wait();
    void turn_away();
    bool woken() const;
    /// While the guest runs, in a thread of its own.
    void watch();
    UniqueFd accept() const;

    const Listener& listener_;
    Target& target_;
    std::function<void(const std::string&)> say_;
    int wake_;
    MakeDescriptor made_;
    Event guest_stopped_;
    std::optional<Connection> connection_;
    std::optional<Session> session_;
    std::atomic<bool> connected_{false};
    bool gone_ = false;         ///< the debugger, while the guest ran
    bool interrupted_ = false;  ///< by the debugger, while the guest ran
};

}  // namespace husk::debug::gdb
