#pragma once

#include "program/signals/pending.hpp"

#include <husk/program_snapshot.hpp>

namespace husk::program {

class Thread;
struct Process;

/// Notes that this signal, which the thread has taken, ends the program, and ends it.
void end_by(Thread& thread, const SignalInfo& info);

/// The thread as it is. By itself, or while it does not run.
ThreadSnapshot snapshot_of(Thread& thread);

/// Names where its threads are, by the symbols of the program's files, for a program that owns its process. None of it runs.
void name_code(ProgramSnapshot& snapshot, Process& process);

/// What is mapped. Throws Error.
std::vector<MappedArea> mapped_areas(const Process& process);

}  // namespace husk::program
