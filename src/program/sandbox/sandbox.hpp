#pragma once

#include "program/sandbox/kernel.hpp"
#include "program/sandbox/landlock.hpp"

#include <optional>
#include <string>
#include <vector>

namespace husk::program {

struct SandboxOptions {
    std::vector<Reachable> reachable;  ///< all else that has a name is out of reach
};

/// What confine() achieved.
struct SandboxReport {
    struct Part {
        bool on = false;
        std::string why_not;  ///< "landlock_create_ruleset: Function not implemented"; empty if on
    };
    Part no_new_privileges;
    Part capabilities;  ///< dropped
    Part landlock;
    Part seccomp;
    int landlock_abi = 0;        ///< 0 if off
    unsigned other_threads = 0;  ///< that were there before and stay as they are

    /// All of them are on, and for every thread.
    bool complete() const;
};

/// One line of what is missing: "no Landlock (landlock_create_ruleset: Function not implemented); 2 threads are not confined".
/// Empty for one that is complete.
std::string describe_missing(const SandboxReport& report);

/// What takes time of confine(), and may be done before it and on any thread: it confines nothing yet.
struct PreparedSandbox {
    std::optional<Landlock> landlock;
    std::string no_landlock;  ///< why there is none
};

/// Throws Error if a file of `options` is not there.
PreparedSandbox prepare_sandbox(const SandboxOptions& options, SandboxKernel& kernel = SandboxKernel::host());

/// Confines the calling thread and every thread and process that it starts from now on, and FOR GOOD: no new privileges, only
/// the files in `options` by name (landlock.hpp), of root's capabilities only those about files, and only the system calls of
/// policy.hpp, whatever this kernel has of these. Call
/// it from the only thread of a process, after everything that needs more: devices opened, machines created, programs started. A
/// part that the kernel refuses is a value in the report. Throws Error, before anything has changed, if a file of `options` is not
/// there; a caller that insists on all of it looks at complete().
SandboxReport confine(const SandboxOptions& options, SandboxKernel& kernel = SandboxKernel::host());
/// The same, with the files that it was prepared with; once. Throws nothing.
SandboxReport confine(PreparedSandbox& prepared, SandboxKernel& kernel = SandboxKernel::host());

}  // namespace husk::program
