#include "program/calls/guest_calls.hpp"

#include "program/process/process.hpp"

#include <husk/guest.h>

#include <cerrno>
#include <string>

namespace husk::program {

namespace {

/// Where the program goes on, it is told so; anywhere else nobody freezes it.
Result freeze_here(Thread& thread, const Call&)
{
    const bool here = thread.asked_to_freeze;
    thread.asked_to_freeze = false;
    return here ? static_cast<Result>(thread.process.config.thaw_number) : 0;
}

void add(std::string& bytes, const std::vector<std::string>& texts)
{
    for (const std::string& text : texts) bytes.append(text).push_back('\0');
    bytes.push_back('\0');
}

/// (buffer, size): as much as fits; the result is how many bytes there are.
Result thaw_arguments(Thread& thread, const Call& call)
{
    std::string bytes;
    add(bytes, thread.process.config.arguments);
    add(bytes, thread.process.config.environment);
    const auto fits = std::min<std::uint64_t>(bytes.size(), call.word(2));
    if (!thread.process.memory.write(call.address(1), std::as_bytes(std::span{bytes}.first(fits)))) return -EFAULT;
    return static_cast<Result>(bytes.size());
}

/// (request, count): a request is three pointers, to the name, to the arguments, and to where the result goes.
Result host_function(Thread& thread, const Call& call)
{
    struct Request {
        std::uint64_t name, arguments, result;
    };
    constexpr std::uint64_t kMostArguments = 64;
    constexpr std::size_t kLongestName = 256;
    const Process& process = thread.process;
    const UserMemory memory = process.memory;
    if (call.word(2) > kMostArguments) return -EINVAL;
    const auto request = memory.get<Request>(call.address(1));
    if (!request) return -EFAULT;
    const auto name = memory.string({request->name}, kLongestName);
    if (!name) return name.error() == EFAULT ? -EFAULT : -ENOENT;
    std::vector<std::int64_t> arguments(call.word(2));
    if (!arguments.empty() && !memory.read({request->arguments}, std::as_writable_bytes(std::span{arguments}))) return -EFAULT;
    const auto found = process.config.host_functions.find(*name);
    if (found == process.config.host_functions.end()) return -ENOENT;
    HostCall view{
        .arguments = arguments,
        .read = [memory](std::uint64_t at, std::span<std::byte> into) { return memory.read({at}, into); },
        .write = [memory](std::uint64_t at, std::span<const std::byte> from) { return memory.write({at}, from); },
    };
    const auto result = found->second(view);
    if (!result) return -EINVAL;
    return request->result == 0 || memory.put({request->result}, *result) ? 0 : -EFAULT;
}

/// (integer, real): of a function that the host called. Of anything else it is no call at all.
Result function_returned(Thread& thread, const Call& call)
{
    if (!thread.visited) return -ENOSYS;
    thread.returned = FunctionResult{call.word(1), call.word(2)};
    return 0;
}

}  // namespace

Result guest_call(Thread& thread, const Call& call)
{
    switch (call.word(0)) {
        case HUSK_FREEZE_HERE: return freeze_here(thread, call);
        case HUSK_THAW_ARGUMENTS: return thaw_arguments(thread, call);
        case HUSK_HOST_FUNCTION: return host_function(thread, call);
        case HUSK_RETURN: return function_returned(thread, call);
        default: return -ENOSYS;
    }
}

}  // namespace husk::program
