#pragma once

#include "debug/paint.hpp"
#include "program/trace/reader.hpp"

#include <husk/program_snapshot.hpp>

#include <string>
#include <vector>

/// What a program that runs and a frozen one are told of in the same way.
namespace husk::cli {

/// The instructions from `at` on, in lines; or that there are none.
std::string program_code(const program::Reader& read, GuestVirt at);

/// What is mapped, a line an area.
std::string areas_text(const std::vector<MappedArea>& areas, const debug::Paint& paint = {});
/// "memory: 10.1 MiB in 19 areas, 88 KiB touched".
std::string areas_heading(const std::vector<MappedArea>& areas);

}  // namespace husk::cli
