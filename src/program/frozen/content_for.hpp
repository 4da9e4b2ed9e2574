#pragma once

#include "program/frozen/content.hpp"

namespace husk::program {

/// What a program that is to run on `wanted` begins from. The software engine reads memory as this process does, to which a file
/// that somebody cuts short meanwhile is a signal: its programs begin from a copy that nobody can change. On the thread that has
/// the process's descriptors. Throws Error if the file has been changed already.
std::shared_ptr<const FrozenContent> content_for(std::shared_ptr<const FrozenContent> content, Engine wanted);

}  // namespace husk::program
