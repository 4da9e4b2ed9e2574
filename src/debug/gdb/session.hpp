#pragma once

#include "debug/gdb/file_service.hpp"
#include "debug/gdb/request.hpp"
#include "debug/gdb/target.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace husk::debug::gdb {

/// What a request leads to.
namespace outcomes {

/// An answer, which may be empty: the request is not served.
struct Answer {
    std::string body;
};
/// The guest goes on, and what stops it is the answer.
struct GoOn {
    requests::Resume how;
};
/// The debugger lets go of the guest.
struct Detached {
    std::string body = "OK";
};
/// The guest is to end.
struct Killed {
    std::string body;  ///< empty: there is no answer
};

}  // namespace outcomes

using Outcome = std::variant<outcomes::Answer, outcomes::GoOn, outcomes::Detached, outcomes::Killed>;

/// One debugger and what it has asked for so far.
class Session {
public:
    explicit Session(Target& target);

    /// Answers the body of a packet, whatever it holds.
    Outcome answer(std::string_view body);
    /// The stop reply for `report`, and what is printed before it: packets' bodies, in order.
    std::vector<std::string> tell(const StopReport& report);

    /// False once the debugger has asked for no "+".
    bool acknowledges() const { return acknowledges_; }

private:
    std::string serve(const requests::WriteRegisters& request);
    std::string serve(const requests::ReadRegister& request);
    std::string serve(const requests::WriteRegister& request);
    std::string serve(const requests::ReadMemory& request);
    std::string serve(const requests::WriteMemory& request);
    std::string serve(const requests::SetBreakpoint& request);
    std::string serve(const requests::SelectThread& request);
    std::string serve(const requests::ReadObject& request);
    std::string serve(const requests::Monitor& request);
    std::string serve(const FileRequest& request);
    Outcome serve(const requests::Resume& request);
    Outcome dispatch(const Request& request);
    std::string support() const;
    std::string all_threads();
    bool is_thread(std::int64_t thread);
    std::int64_t current();

    Target& target_;
    bool acknowledges_ = true;
    std::int64_t selected_ = kAnyThread;  ///< for registers and memory
    std::vector<Breakpoint> breakpoints_;
    FileService files_;
};

}  // namespace husk::debug::gdb
