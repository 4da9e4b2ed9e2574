#pragma once

#include <husk/frozen_program.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace husk::cli {

/// Where `husk freeze` freezes a guest when it is told to by SIGUSR1.
struct OnSignal {
    bool operator==(const OnSignal&) const = default;
};

/// What --at names.
using At = std::variant<freeze_points::Asked, freeze_points::StandardInput, freeze_points::SystemCall, freeze_points::Symbol,
                        freeze_points::After, OnSignal>;

/// "asked", "stdin", "call:NAME[:N]", "symbol:NAME", "after:SECONDS", "signal". Throws UsageError.
At parse_at(std::string_view text);

/// The same as a frozen file and messages say it: "the guest asked", "answer reached", "0.5 s passed" …
std::string point_text(const At& at);

}  // namespace husk::cli
