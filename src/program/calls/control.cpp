#include "program/calls/fresh.hpp"
#include "program/calls/groups.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

// fcntl and flock.
namespace husk::program {

namespace {

using namespace kinds;

Result as_it_is(Thread& thread, const Call& call)
{
    return pass<Way::AtOnce, Descriptor, Word, Word>(thread, call);
}

/// F_DUPFD, F_DUPFD_CLOEXEC
Result duplicate_from(Thread& thread, const Call& call)
{
    const int lowest = call.integer(2);
    if (lowest < 0 || lowest >= descriptor_limit(thread)) return -EINVAL;
    return pass_new<Descriptor, Word, Word>(thread, call);
}

/// F_SETFL. O_ASYNC makes the kernel send signals to Husk's process, or, of a terminal, to all of its group.
Result set_flags(Thread& thread, const Call& call)
{
    return (call.integer(2) & O_ASYNC) != 0 ? -EINVAL : as_it_is(thread, call);
}

template <Way kWay, std::size_t Size>
Result with_memory(Thread& thread, const Call& call)
{
    return pass<kWay, Descriptor, Word, Memory<Size>>(thread, call);
}

struct Command {
    int number;
    Handler handler;
};
/// Commands of fcntl(2); one that is not here (hints to disks, what new kernels add) is EINVAL, as one that the kernel does not
/// know.
constexpr auto kCommands = std::to_array<Command>({
    {F_DUPFD, duplicate_from},
    {F_DUPFD_CLOEXEC, duplicate_from},
    {F_GETFD, as_it_is},
    {F_SETFD, as_it_is},
    {F_GETFL, as_it_is},
    {F_SETFL, set_flags},
    {F_GETLK, with_memory<Way::AtOnce, sizeof(struct flock)>},
    {F_SETLK, with_memory<Way::AtOnce, sizeof(struct flock)>},
    {F_SETLKW, with_memory<Way::Waits, sizeof(struct flock)>},
    {F_OFD_GETLK, with_memory<Way::AtOnce, sizeof(struct flock)>},
    {F_OFD_SETLK, with_memory<Way::AtOnce, sizeof(struct flock)>},
    {F_OFD_SETLKW, with_memory<Way::Waits, sizeof(struct flock)>},
    {F_SETPIPE_SZ, as_it_is},
    {F_GETPIPE_SZ, as_it_is},
    {F_ADD_SEALS, as_it_is},
    {F_GET_SEALS, as_it_is},
    {F_GETLEASE, answer<F_UNLCK>},
    // Signals that the kernel would send for a descriptor go to processes of the host, Husk's first of all. Nobody is the owner.
    {F_GETOWN, answer<0>},
    {F_GETSIG, answer<0>},
    {F_SETOWN, answer<-EPERM>},
    {F_SETOWN_EX, answer<-EPERM>},
    {F_SETSIG, answer<-EPERM>},
    {F_SETLEASE, answer<-EPERM>},  // broken by a signal
    {F_NOTIFY, answer<-EPERM>},    // tells by a signal
});

/// fcntl(fd, command, argument)
Result control(Thread& thread, const Call& call)
{
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    const Result open = host_call(SYS_fcntl, call.integer(0), F_GETFD);
    if (failed(open)) return open;
    const auto* const found = std::ranges::find(kCommands, call.integer(1), &Command::number);
    return found == kCommands.end() ? -EINVAL : found->handler(thread, call);
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_fcntl, control},
    {SYS_flock, pass<Way::Waits, Descriptor, Word>},
});

}  // namespace

std::span<const Served> control_calls()
{
    return kCalls;
}

}  // namespace husk::program
