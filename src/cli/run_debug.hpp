#pragma once

#include "cli/program_command.hpp"
#include "debug/gdb/listener.hpp"
#include "program/debug/debugging.hpp"

#include <husk/program.hpp>

#include <optional>
#include <string>

namespace husk::cli {

/// A file that a process of its own removes once this one has ended, however that comes: a process that confines itself could not.
class RemovedAtEnd {
public:
    /// Before this process has threads. `line`: where the program's descriptors end. Throws Error.
    RemovedAtEnd(const std::string& path, int line);

private:
    UniqueFd alive_;  ///< the other process waits for it to be closed
};

/// Waits for a debugger before the first instruction of a program, and does what it asks.
class RunDebug {
public:
    /// Before there are threads. Throws Error.
    RunDebug(const debug::gdb::Address& address, const RunOptions& options, const OwnFiles& files);

    /// `program` is about to run, and must outlive this. Throws Error.
    void attach(Program& program);

private:
    const LineFile& errors_;
    std::optional<debug::gdb::Listener> listener_;
    std::optional<RemovedAtEnd> socket_;
    std::optional<program::Debugging> debugging_;
};

}  // namespace husk::cli
