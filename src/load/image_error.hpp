#pragma once

#include <husk/image.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace husk {

/// An ImageError for a field of the file, ready to be returned from a function that gives tl::expected.
template <typename... Args>
tl::unexpected<ImageError> bad_field(std::string field, std::uint64_t offset, fmt::format_string<Args...> problem, Args&&... args)
{
    return tl::unexpected{ImageError{std::move(field), offset, fmt::format(problem, std::forward<Args>(args)...)}};
}

/// One that no byte of the file is to blame for: an option, or the machine. `subject` may be empty.
template <typename... Args>
tl::unexpected<ImageError> bad_fit(std::string subject, fmt::format_string<Args...> problem, Args&&... args)
{
    return tl::unexpected{ImageError{std::move(subject), std::nullopt, fmt::format(problem, std::forward<Args>(args)...)}};
}

}  // namespace husk
