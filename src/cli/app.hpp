#pragma once

#include <functional>

namespace husk::cli {

/// The whole command: reads the words, runs what they ask for, returns the exit status. Never throws.
int run(int count, const char* const* words) noexcept;

/// What `command` gives; the exit status of what it throws, which is told on stderr.
int guarded(const std::function<int()>& command) noexcept;

/// What this process was started with for SIGPIPE, which run() ignores.
using SignalHandler = void (*)(int);
SignalHandler inherited_sigpipe();

}  // namespace husk::cli
