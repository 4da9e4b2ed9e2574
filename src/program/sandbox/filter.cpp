#include "program/sandbox/filter.hpp"

#include "program/sandbox/filter_program.hpp"

#include <iterator>

namespace husk::program {

std::span<const PolicyCall> policy_calls()
{
    return generated::kCalls;
}

std::vector<sock_filter> filter_for(pid_t own)
{
    std::vector<sock_filter> filter{std::begin(generated::kProgram), std::end(generated::kProgram)};
    for (const std::size_t place : generated::kOwnProcessPlaces) filter.at(place).k = static_cast<std::uint32_t>(own);
    return filter;
}

}  // namespace husk::program
