#pragma once

#include <husk/device.hpp>
#include <husk/error.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace husk::cli {

/// Writes all of it to stdout, unbuffered. Throws Error if that cannot be ("write to stdout").
void print(std::string_view text);
/// To stderr; failing is ignored, for there is nowhere to say so.
void complain(std::string_view text) noexcept;

/// Text of somebody else's for a terminal, which obeys control characters, also those above ASCII: they are shown as \xNN.
std::string printable(std::string_view text);

/// write(2) until all is written; throws Error naming `what`.
void write_all(int fd, std::span<const std::byte> bytes, std::string_view what);

/// "husk: open /dev/kvm: Permission denied" and, indented, what to do about it.
void complain_of(const Error& error) noexcept;

}  // namespace husk::cli
