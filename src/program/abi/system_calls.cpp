#include "program/abi/system_calls.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "program/abi/table_descriptors.hpp"
#include "program/abi/table_memory.hpp"
#include "program/abi/table_network.hpp"
#include "program/abi/table_paths.hpp"
#include "program/abi/table_process.hpp"
#include "program/abi/table_signals.hpp"
#include "program/abi/table_system.hpp"
#include "program/abi/table_threads.hpp"
#include "program/abi/table_time.hpp"
#include "program/abi/variants.hpp"

namespace husk::program {
namespace {

using namespace table;

constexpr std::size_t kCalls = kDescriptorCalls.size() + kPathCalls.size() + kMemoryCalls.size() + kTimeCalls.size() +
                               kSignalCalls.size() + kThreadCalls.size() + kProcessCalls.size() + kNetworkCalls.size() +
                               kSystemCalls.size();
using Table = std::array<SystemCall, kCalls>;

/// The groups' tables as one, sorted by number.
Table join()
{
    Table all{};
    std::size_t filled = 0;
    const auto add = [&](std::span<const SystemCall> calls, Group group) {
        for (const SystemCall& call : calls) {
            all.at(filled) = call;
            all.at(filled++).group = group;
        }
    };
    add(kDescriptorCalls, Group::Files);
    add(kPathCalls, Group::Files);
    add(kMemoryCalls, Group::Memory);
    add(kTimeCalls, Group::Time);
    add(kSignalCalls, Group::Signals);
    add(kThreadCalls, Group::Threads);
    add(kProcessCalls, Group::Process);
    add(kNetworkCalls, Group::Network);
    add(kSystemCalls, Group::System);
    std::ranges::sort(all, {}, &SystemCall::number);
    return all;
}

const Table& calls()
{
    static const Table all = join();
    return all;
}

}  // namespace

std::span<const SystemCall> call_table()
{
    return calls();
}

const SystemCall* find_call(std::uint64_t number)
{
    const auto* const call = std::ranges::lower_bound(calls(), number, {}, &SystemCall::number);
    return call != calls().end() && call->number == number ? call : nullptr;
}

const SystemCall* find_call(std::string_view name)
{
    const auto* const call = std::ranges::find(calls(), name, &SystemCall::name);
    return call == calls().end() ? nullptr : call;
}

std::string name_of_call(std::uint64_t number)
{
    const SystemCall* const call = find_call(number);
    return call == nullptr ? fmt::format("syscall_{:#x}", number) : std::string{call->name};
}

std::string_view name(Group group)
{
    switch (group) {
        case Group::Files: return "files";
        case Group::Memory: return "memory";
        case Group::Time: return "time";
        case Group::Signals: return "signals";
        case Group::Threads: return "threads";
        case Group::Process: return "process";
        case Group::Network: return "network";
        case Group::System: return "system";
    }
    return "?";
}

Signature signature(const SystemCall& call, std::span<const std::uint64_t, kMostArguments> values)
{
    const auto fits = [&](const Variant& variant) {
        return variant.number == call.number && (values[variant.decider] & variant.mask) == variant.value;
    };
    const auto* const variant = std::ranges::find_if(kVariants, fits);
    if (variant == kVariants.end()) return {call.arguments.all(), call.result};
    return {variant->arguments.all(), variant->result};
}

}  // namespace husk::program
