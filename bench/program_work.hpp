#pragma once

#include "interleave.hpp"
#include "process.hpp"

#include <cstdint>
#include <string>

/// The pieces of work that programs are measured at; std::runtime_error if one does not have the outcome it must have.
namespace husk::bench {

/// Runs `command`, which is program_work with its arguments or husk run with them: what it says that its work took. The same
/// work must come to the same number each time, whoever does it.
Nanoseconds work_in_program(const Command& command);

/// husk::Program made, run to its end, destroyed. It must exit with 0.
Nanoseconds life_of_program(const Command& command);
/// The same of the floor's machine, to its first exit.
Nanoseconds life_of_ring3_floor();
/// So many exits of the floor's, with the registers taken and given back.
Nanoseconds ring3_exits(std::uint64_t count);

/// Reads a file, `piece` bytes a call, with an exit of the floor's before each.
Nanoseconds read_on_ring3_floor(const std::string& path, std::size_t piece);

/// Sees to it that program_work's `count` trivial calls leave the machine and are served by Husk.
void expect_trivial_calls_served(const std::string& program_work, std::uint64_t count);

/// A file of program_work's size in memory, or where there is no such file system, among temporary files; gone with this.
class WorkFile {
public:
    WorkFile();
    ~WorkFile();
    WorkFile(const WorkFile&) = delete;
    WorkFile& operator=(const WorkFile&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace husk::bench
