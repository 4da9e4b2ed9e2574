#pragma once

namespace husk::cli {

/// The whole command: reads the words, runs what they ask for, returns the exit status. Never throws.
int run(int count, const char* const* words) noexcept;

}  // namespace husk::cli
