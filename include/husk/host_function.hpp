#pragma once

#include <husk/address.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

namespace husk {

/// A program's call of a function of its host's.
class HostCall {
public:
    std::span<const std::int64_t> arguments{};  ///< pointers are the program's
    /// Copies the program's memory; false if not all of it is mapped.
    std::function<bool(std::uint64_t at, std::span<std::byte> into)> read{};
    std::function<bool(std::uint64_t at, std::span<const std::byte> from)> write{};
};

/// The result; nothing if the arguments are not as many as it takes, which the program is told as −HUSK_EINVAL. Called on the
/// program's threads, as many at a time as there are. What it throws ends the program, and is thrown where that was run.
using HostFunction = std::function<std::optional<std::int64_t>(HostCall&)>;

namespace detail {

/// As a function of the host's takes it: an integer, or an address of the program's.
template <typename Value>
Value host_argument(std::int64_t word)
{
    if constexpr (std::is_same_v<Value, GuestVirt>)
        return GuestVirt{static_cast<std::uint64_t>(word)};
    else
        return static_cast<Value>(word);
}

template <typename Result, typename... Values>
HostFunction host_function(std::function<Result(HostCall&, Values...)> function)
{
    return [function = std::move(function)](HostCall& call) -> std::optional<std::int64_t> {
        if (call.arguments.size() != sizeof...(Values)) return std::nullopt;
        return [&]<std::size_t... Index>(std::index_sequence<Index...>)->std::int64_t
        {
            if constexpr (std::is_void_v<Result>)
                return function(call, host_argument<Values>(call.arguments[Index])...), 0;
            else
                return static_cast<std::int64_t>(function(call, host_argument<Values>(call.arguments[Index])...));
        }
        (std::index_sequence_for<Values...>{});
    };
}

}  // namespace detail

/// A function of the host's by its type: the call first, then integers and addresses; gives an integer or nothing.
///
///     config.host_functions["log"] = husk::host_function([&](husk::HostCall& call, husk::GuestVirt text, std::size_t size) { … });
template <typename Function>
HostFunction host_function(Function&& function)
{
    return detail::host_function(std::function{std::forward<Function>(function)});
}

}  // namespace husk
