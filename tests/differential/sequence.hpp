#pragma once

#include "differential/encode.hpp"
#include "differential/flag_use.hpp"
#include "differential/setting.hpp"

#include <husk/x86.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace husk::test {

/// A few instructions that belong together: one under test, and what gives its operands values that it can use.
struct Step {
    std::string name;
    FlagUse flags;
    Code code;
    bool removed = false;  ///< by the shrinker: its place is filled with NOPs, so that no address changes
};

/// A guest of the differential test: the state it starts in, memory, and code that ends it.
struct Sequence {
    std::uint64_t seed = 0, index = 0;
    Setting setting = Setting::Real;
    x86::State start{};
    std::vector<std::byte> memory{};  ///< from guest-physical 0; without the code
    Code prologue{};                  ///< loads x87 and SSE state, if the sequence uses it
    std::vector<Step> steps{};
    Code epilogue{};  ///< stores that state, and ends the guest
};

/// All of the code as it is in memory at places::kCode.
Code code_of(const Sequence& sequence);

/// The status flags that are undefined at its end.
FlagSet undefined_at_end(const Sequence& sequence);

/// True if no step reads a flag that is undefined there, so that two processors have to agree on it.
bool is_defined(const Sequence& sequence);

/// The name of the step at `offset` of the code; empty for prologue and epilogue.
std::string step_at(const Sequence& sequence, std::uint64_t offset);

}  // namespace husk::test
