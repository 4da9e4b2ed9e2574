#pragma once

#include "debug/core/core_file.hpp"

#include <husk/program.hpp>

#include <optional>
#include <string>

namespace husk::program {

struct Parts;

/// A core file of a program that has ended, as Linux would write one: registers of all threads, that one first which the program
/// ended by; what is mapped from which file; memory.
class CoreDump {
public:
    /// The signal that it ended by, if that is one that leaves a core; SIGILL for what this host cannot execute.
    static std::optional<int> signal(const ProgramStop& stop);

    /// `program` has ended by `stop`, which signal() is of, and ProgramConfig::keep_snapshot was set; it must outlive this.
    CoreDump(const Program& program, const ProgramStop& stop);

    /// What ran, by its path; of a script the interpreter.
    const std::string& executable() const;
    /// To `fd`, an empty file. Throws Error.
    debug::CoreExtent write(int fd) const;

private:
    Parts& parts_;
    const ProgramStop& stop_;
};

}  // namespace husk::program
