#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace husk::engine {

/// Something of a debugger's that a processor leaves the guest for, at a linear address.
struct Watch {
    enum class On : std::uint8_t { Execute, Write, Access };

    On on = On::Execute;
    std::uint64_t at = 0;
    std::uint8_t size = 1;  ///< bytes: 1, 2, 4 or 8, and `at` a multiple of it; 1 for Execute

    bool operator==(const Watch&) const = default;
};

/// When a processor shall leave the guest for a debugger (exits::Debug).
struct DebugRequest {
    bool step = false;               ///< after one instruction
    bool trap_instructions = false;  ///< at INT3, instead of raising #BP
    std::vector<Watch> watches{};

    bool operator==(const DebugRequest&) const = default;
};

/// What of that an engine can do.
struct DebugAbilities {
    std::size_t breakpoints = 0;     ///< watches for Execute that it has at most
    std::size_t data = 0;            ///< watches that it has at most, if one of them is for data; 0: it has none for data
    bool trap_instructions = false;  ///< INT3 leaves the guest
    /// The same two for code of ring 3 that goes on at its full speed, whatever no_user says of stepping it.
    std::size_t user_breakpoints = 0, user_data = 0;
    std::string no_user;  ///< why code of ring 3 can neither be stepped nor stopped; empty if it can
};

}  // namespace husk::engine
