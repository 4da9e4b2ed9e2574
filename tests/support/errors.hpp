#pragma once

#include <husk/error.hpp>

#include <optional>
#include <string>
#include <utility>

namespace husk::test {

/// The Error that `act` throws; none if it throws none. Anything else that it throws passes through.
template <typename Act>
std::optional<Error> error_of(Act&& act)
{
    try {
        std::forward<Act>(act)();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

/// The name of the call whose Error `act` throws; empty if it throws none.
template <typename Act>
std::string failed_call(Act&& act)
{
    const auto error = error_of(std::forward<Act>(act));
    return error ? error->call() : "";
}

/// What the `Exception` that `act` throws says; empty if it throws none.
template <typename Exception, typename Act>
std::string message_of(Act&& act)
{
    try {
        std::forward<Act>(act)();
    } catch (const Exception& error) {
        return error.what();
    }
    return {};
}

}  // namespace husk::test
