#include "program/calls/guest_calls.hpp"
#include "program/calls/handlers.hpp"

#include <husk/guest.h>

#include <array>

namespace husk::program {

namespace {

constexpr std::size_t kNumbers = 512;
using Table = std::array<Handler, kNumbers>;

void add(Table& table, std::span<const Served> group)
{
    for (const Served& call : group) table[static_cast<std::size_t>(call.number)] = call.handler;
}

Table all_calls()
{
    Table table{};
    for (const auto group : {memory_calls(), futex_calls(), thread_calls(), descriptor_calls(), time_calls(), information_calls(),
                             signal_calls(), kill_calls(), timer_calls(), path_calls()})
        add(table, group);
    return table;
}

}  // namespace

Handler find_handler(std::uint64_t number)
{
    static const Table table = all_calls();
    if (number == HUSK_CALL) return guest_call;
    return number < table.size() ? table[number] : nullptr;
}

}  // namespace husk::program
