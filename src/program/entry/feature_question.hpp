#pragma once

#include "x86/cpu_features.hpp"

#include <husk/x86.hpp>

#include <cstdint>
#include <span>

namespace husk::program::entry {

/// Code for ring 3 that executes CPUID for all of x86::kFeatureWords, and ends in UD2, with the answers in registers:
/// what a program sees, and not what a KVM says that it shows, which is less where ring 3's CPUID is the processor's own.
std::span<const std::uint8_t> feature_question();

/// What the registers say that it left with.
x86::CpuFeatures feature_answer(const x86::Registers& registers);

}  // namespace husk::program::entry
