#include "program/calls/groups.hpp"

#include <initializer_list>
#include <vector>

namespace husk::program {

namespace {

/// One group of several.
std::vector<Served> join(std::initializer_list<std::span<const Served>> groups)
{
    std::vector<Served> all;
    for (const auto group : groups) all.insert(all.end(), group.begin(), group.end());
    return all;
}

}  // namespace

std::span<const Served> descriptor_calls()
{
    static const auto all = join({transfer_calls(), copying_calls(), numbering_calls(), file_calls(), attribute_calls(),
                                  control_calls(), device_calls(), polling_calls(), epoll_calls()});
    return all;
}

std::span<const Served> information_calls()
{
    static const auto all =
        join({identity_calls(), limit_calls(), scheduling_calls(), process_control_calls(), privilege_calls(), system_calls()});
    return all;
}

}  // namespace husk::program
