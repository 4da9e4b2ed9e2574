#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "program/trace/call_text.hpp"
#include "program/trace/reader.hpp"

/// Whole lines of a trace.
namespace husk::program {

/// "futex(0x7f…, FUTEX_WAIT_PRIVATE, 2, NULL": a call as far as it is known before it is made.
std::string format_entry(std::uint64_t number, const Values& values, const Reader& read, const Limits& limits = {});

/// "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3 <0.000045>": a call that has returned; without a duration, without
/// the time. Looks at everything now: what a call reads may have changed since (CallText looks at the right time).
std::string format_exit(std::uint64_t number, const Values& values, std::int64_t result,
                        std::optional<std::chrono::nanoseconds> duration, const Reader& read, const Limits& limits = {});

/// " <0.000045>", in seconds.
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace husk::program
