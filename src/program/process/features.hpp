#pragma once

#include "x86/cpu_features.hpp"

namespace husk::program {

struct Process;
class Thread;

/// What CPUID shows a program on this machine: asked once of each engine, for all its machines are alike. Of a thread that has not
/// run yet, on a thread that has the program's descriptors. Throws Error if the host fails.
x86::CpuFeatures shown_features(Thread& thread);
/// The same of a program that has no thread yet.
x86::CpuFeatures shown_features(Process& process);

}  // namespace husk::program
