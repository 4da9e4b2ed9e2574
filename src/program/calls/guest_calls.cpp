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

}  // namespace

Result guest_call(Thread& thread, const Call& call)
{
    switch (call.word(0)) {
        case HUSK_FREEZE_HERE: return freeze_here(thread, call);
        case HUSK_THAW_ARGUMENTS: return thaw_arguments(thread, call);
        default: return -ENOSYS;
    }
}

}  // namespace husk::program
