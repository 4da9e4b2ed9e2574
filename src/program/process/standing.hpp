#pragma once

#include "program/process/hooks.hpp"
#include "program/process/output.hpp"
#include "program/process/rlimits.hpp"

#include <husk/program.hpp>

#include <sys/stat.h>

#include <atomic>

namespace husk::program {

/// What a process has of its own beside memory, threads and descriptors: its limits, and the attributes that it may set and read
/// again without Husk's process changing with them. Thread-safe.
struct Standing {
    Standing(const ProgramConfig& config, int descriptor_line)
        : output{config.limits.output}, limits{config.limits, descriptor_line}, owns_process{config.owns_process}
    {}

    Output output;
    ResourceLimits limits;
    SignalHooks signals;
    /// True if the file behind a descriptor that is not open for writing is granted for writing, as the files code knows. Unset:
    /// none is.
    bool (*may_change)(Thread& thread, int fd) = nullptr;
    /// ProgramConfig::owns_process: the session, process group and umask of Husk's process are the program's.
    const bool owns_process;
    std::atomic<mode_t> umask{S_IWGRP | S_IWOTH};  ///< if it is not the process's own
    std::atomic<bool> dumpable{true};
    std::atomic<bool> no_new_privileges{false};
};

}  // namespace husk::program
