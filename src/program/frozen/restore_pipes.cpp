#include "program/calls/fresh.hpp"
#include "program/files/own_fd.hpp"
#include "program/frozen/restore.hpp"

#include <fcntl.h>
#include <sys/syscall.h>

#include <mutex>

namespace husk::program {

void restore_pipe(const Process& process, const FrozenDescriptor& first, std::span<const FrozenDescriptor> all)
{
    const FrozenPipe& pipe = *first.pipe;
    int ends[2] = {-1, -1};
    must(first, "pipe2", host_call(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK));
    UniqueFd low_reader{ends[0]}, low_writer{ends[1]};
    const UniqueFd reader = moved_above(std::move(low_reader), process.descriptor_line);
    const UniqueFd writer = moved_above(std::move(low_writer), process.descriptor_line);
    must(first, "F_SETPIPE_SZ", host_call(SYS_fcntl, writer.get(), F_SETPIPE_SZ, pipe.capacity));
    if (!pipe.content.empty()) {
        const Result wrote = host_call(SYS_write, writer.get(), pipe.content.data(), pipe.content.size());
        if (must(first, "write", wrote) != static_cast<int>(pipe.content.size())) refuse(first, "it does not hold its contents");
    }
    for (const FrozenDescriptor& descriptor : all)
        if (descriptor.pipe && descriptor.pipe->object == first.number)
            place(descriptor, opened_again(process, descriptor, writer.get()));
}

void restore_signals(Process& process, const FrozenDescriptor& descriptor)
{
    const FrozenSignals& signals = *descriptor.signals;
    const std::lock_guard lock{process.signals.mutex};
    SignalDescriptors& all = process.signals.descriptors;
    const SignalSet mask = SignalSet{signals.mask}.without(kUnblockable);
    const int flags = static_cast<int>(descriptor.flags) & O_NONBLOCK;
    const int made = must(descriptor, "signalfd", all.create(mask, flags, process.descriptor_line, process.descriptor_line));
    UniqueFd fd{made};
    must(descriptor, "write", all.refill(made, signals.records));
    place(descriptor, std::move(fd));
}

}  // namespace husk::program
