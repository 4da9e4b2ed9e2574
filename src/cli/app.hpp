#pragma once

namespace husk::cli {

/// The whole command: reads the words, runs what they ask for, returns the exit status. Never throws.
int run(int count, const char* const* words) noexcept;

/// What this process was started with for SIGPIPE, which run() ignores.
using SignalHandler = void (*)(int);
SignalHandler inherited_sigpipe();

}  // namespace husk::cli
