#pragma once

#include "program/sandbox/sandbox.hpp"

#include <functional>
#include <string>

namespace husk::test {

/// How a child process ended.
struct ChildEnd {
    int status = -1;  ///< what its function returned, modulo 256; -1 if a signal ended it
    int signal = 0;
    bool operator==(const ChildEnd&) const = default;
};

/// Runs `act` in a child of this process, for what cannot be undone. An exception is status 255.
ChildEnd in_child(const std::function<int()>& act);

/// The same under the whole sandbox, with `reachable` in reach.
ChildEnd confined(const std::vector<program::Reachable>& reachable, const std::function<int()>& act);

/// What this host lacks for that, as describe_missing() says; empty if nothing.
std::string missing_here();

/// openat2(2) and close: 0, or the errno.
int try_open(const std::string& path, int flags);

/// errno of a call that failed, 0 of one that did not.
int error_of_call(long result);

}  // namespace husk::test
