#pragma once

#include <functional>

namespace husk::test {

/// Runs `act` in a child of this process and kills it (SIGKILL) where it enters or leaves a system call, the `stop`-th time from 0:
/// every moment at which what others see may have changed. False if it ended before that, as it does for a `stop` large enough.
/// Throws std::system_error if this process may not trace.
bool killed_at(unsigned stop, const std::function<void()>& act);

}  // namespace husk::test
