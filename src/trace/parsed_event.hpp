#pragma once

#include "trace/event.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace husk::trace {

/// What a summary needs of an event that was read.
struct ParsedEvent {
    std::string name{}, category{};
    char phase = 0;
    Place place{};
    Time at{};
    Time duration{};  ///< of an 'X'
    // Arguments, empty where there are none.
    std::string kind{}, symbol{}, rip{}, call{}, given_name{}, labels{};
    bool failed = false;  ///< a system call
    std::optional<std::uint64_t> version{};
};

/// One line of a trace, without what separates it from the next. The error says what is wrong with it.
tl::expected<ParsedEvent, std::string> parse_event(std::string_view line);

}  // namespace husk::trace
