#pragma once

#include "debug/gdb/server.hpp"
#include "program/debug/control.hpp"
#include "program/debug/program_target.hpp"

#include <husk/program.hpp>

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace husk::program {

struct Parts;

/// A program's run with a debugger: from before its first instruction to its end, or until the debugger lets go.
class Debugging final : public Control {
public:
    /// Before `program`, which must own the process, runs; it and `listener` must outlive this. `say` gets lines in words for
    /// whoever started it, on a thread of their own. Throws std::invalid_argument, and Error if the host refuses something.
    Debugging(Program& program, debug::gdb::Listener& listener, std::function<void(const std::string&)> say);
    ~Debugging() override;

    void begin() override;
    void finish(const ProgramStop& stop) override;
    bool ends_it(int signal) override { return keeps_held(signal) && !server_.connected(); }

    /// The debugger has killed it.
    bool killed() const { return killed_; }

private:
    explicit Debugging(Parts& parts, debug::gdb::Listener& listener, std::function<void(const std::string&)> say);
    void serve();
    void end_service();

    Process& process_;
    ProgramTarget target_;
    UniqueFd over_;  ///< readable once there is nothing to serve any more
    debug::gdb::Server server_;
    std::thread thread_;
    std::atomic<bool> killed_{false};
};

}  // namespace husk::program
