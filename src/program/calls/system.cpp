#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <array>

// The system that the program runs on, as the host's kernel tells it.
namespace husk::program {

namespace {

using namespace kinds;

/// membarrier(command, flags, cpu). The guest's threads are threads of this process, so a barrier over the process's reaches them
/// wherever they run. Not over other processes' threads, and not restartable sequences, which a guest has not.
Result barrier(Thread&, const Call& call)
{
    constexpr int kServed = MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |
                            MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;
    const int command = call.integer(0);
    if (call.integer(1) != 0) return -EINVAL;
    if (command == MEMBARRIER_CMD_QUERY) {
        const Result known = host_call(SYS_membarrier, command, 0, 0);
        return failed(known) ? known : known & kServed;
    }
    return (command & ~kServed) != 0 ? -EINVAL : host_call(SYS_membarrier, command, 0, 0);
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_uname, pass<Way::AtOnce, Struct<utsname>>},
    {SYS_getrandom, pass<Way::Waits, Bytes<1>, Word, Word>},
    {SYS_membarrier, barrier},
});

}  // namespace

std::span<const Served> system_calls()
{
    return kCalls;
}

}  // namespace husk::program
