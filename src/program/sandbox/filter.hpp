#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <span>
#include <vector>

namespace husk::program {

/// A system call that policy.hpp names.
struct PolicyCall {
    const char* name;
    int number;    ///< x86-64's
    bool allowed;  ///< perhaps not with all arguments; false: ends the process
};

/// All of them, in policy.hpp's order; those with several lines several times.
std::span<const PolicyCall> policy_calls();

/// policy.hpp as a seccomp filter for the process `own`.
std::vector<sock_filter> filter_for(pid_t own);

}  // namespace husk::program
