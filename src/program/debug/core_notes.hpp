#pragma once

#include "debug/core/core_file.hpp"

#include <husk/program_snapshot.hpp>

#include <span>
#include <string>
#include <vector>

/// What a core file tells of a program beside registers and memory: Linux's fs/binfmt_elf.c, elf(5).
namespace husk::program {

/// Its name and its arguments (NT_PRPSINFO).
void add_process(debug::CoreNotes& notes, int pid, const std::string& executable, std::span<const std::string> arguments);

/// What is mapped from which file (NT_FILE); as Linux has it, nothing if that takes more than 4 MiB.
void add_files(debug::CoreNotes& notes, std::span<const MappedArea> areas);

}  // namespace husk::program
