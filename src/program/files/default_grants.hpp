#pragma once

#include "program/image/start.hpp"

#include <husk/program.hpp>

#include <optional>
#include <string>
#include <vector>

namespace husk::program {

/// What ProgramConfig::default_grants grants: for reading, the program at `path`, the scripts and interpreters that it starts with,
/// the libraries it is linked with; and the devices that a program finds anywhere, of which no other is granted by a folder:
/// /dev/null, zero, full, random, urandom and tty. If it runs on a `terminal` (TERM, or nothing if it is on none), also what line
/// editing needs: the terminal's entry in terminfo, /etc/inputrc, and the libraries for it beside libc. What the host has not is
/// left out.
std::vector<Grant> default_grants(const std::string& path, const Start& start, const std::optional<std::string>& terminal = {});

/// The devices alone: what a program is granted by default that brings the rest along.
std::vector<Grant> device_grants();

}  // namespace husk::program
