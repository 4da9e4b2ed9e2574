#pragma once

#include "program/signals/pending.hpp"
#include "program/space/space.hpp"

#include <husk/program_snapshot.hpp>

#include <cstdint>
#include <optional>

namespace husk::program {

class Thread;
struct Process;

/// Notes that this signal, which the thread has taken, ends the program, and ends it.
void end_by(Thread& thread, const SignalInfo& info);

/// The thread as it is. By itself, or while it does not run.
ThreadSnapshot snapshot_of(Thread& thread);

/// Names where its threads are, by the symbols of the program's files, for a program that owns its process. None of it runs.
void name_code(ProgramSnapshot& snapshot, Process& process);

/// All of its threads, by rising id, and what is mapped; nothing is named yet. Throws Error.
ProgramSnapshot snapshot_of(Process& process);

/// An area as it is told of.
MappedArea mapped_area(const Area& area, std::optional<std::uint64_t> touched);

}  // namespace husk::program
