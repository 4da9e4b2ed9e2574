#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"
#include "program/calls/vectors.hpp"
#include "program/calls/writing.hpp"

#include <husk/address.hpp>

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>

// Calls that move bytes from one descriptor to another.
namespace husk::program {

namespace {

using namespace kinds;

/// How much of what is asked for is moved at once where a limit counts it: a call may always move less, and so two threads do not
/// take from each other what neither will write.
constexpr std::uint64_t kPiece = 64_KiB;

/// `words[size]` bytes to `to`, at the position that the guest's memory has, or the descriptor's own.
Result move(Thread& thread, const Call& call, const Words& taken, int to, std::size_t size,
            std::optional<std::uint64_t> offset = {})
{
    const bool limited = thread.process.standing.limits.file_size() != RLIM_INFINITY || thread.process.standing.output.counts(to);
    auto words = taken.words;
    if (limited) words[size] = std::min(words[size], kPiece);
    Writing writing{thread, to, words[size], offset};
    if (writing.refused()) return *writing.refused();
    words[size] = writing.allowed();
    return writing.done(make<Way::Waits>(thread, call.number, words));
}

/// sendfile(out, in, offset *, count)
Result send_file(Thread& thread, const Call& call)
{
    const Words taken = take<Descriptor, Descriptor, Struct<std::uint64_t>, Word>(thread, call);
    return taken.error != 0 ? taken.error : move(thread, call, taken, call.integer(0), 3);
}

/// copy_file_range(in, offset *, out, offset *, size, flags) and splice, which has the same arguments. Where to write is copied
/// once and given to the host from Husk's own memory, so that it is what the limits were held against.
Result copy_range(Thread& thread, const Call& call)
{
    using Offset = Struct<std::uint64_t>;
    Words taken = take<Descriptor, Offset, Descriptor, Offset, Word, Word>(thread, call);
    if (taken.error != 0) return taken.error;
    const GuestVirt at = call.address(3);
    if (at.value == 0) return move(thread, call, taken, call.integer(2), 4);
    auto offset = thread.process.memory.get<std::uint64_t>(at);
    if (!offset) return -EFAULT;
    taken.words[3] = host::word(&*offset);
    const Result result = move(thread, call, taken, call.integer(2), 4, *offset);
    if (!failed(result) && !thread.process.memory.put(at, *offset)) return -EFAULT;
    return result;
}

/// tee(in, out, size, flags)
Result duplicate(Thread& thread, const Call& call)
{
    const Words taken = take<Descriptor, Descriptor, Word, Word>(thread, call);
    return taken.error != 0 ? taken.error : move(thread, call, taken, call.integer(1), 2);
}

/// vmsplice(fd, buffers, count, flags). A gift would make pages of the guest's the kernel's own: the flag says only that the
/// guest will not use them again, and is left out.
Result splice_memory(Thread& thread, const Call& call)
{
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    auto vectors = Vectors::copy(thread, call.address(1), call.word(2));
    if (!vectors) return vectors.error();
    const Result mode = host_call(SYS_fcntl, call.integer(0), F_GETFL);
    const bool reads = !failed(mode) && (mode & O_ACCMODE) == O_RDONLY;
    Writing writing{thread, call.integer(0), reads ? 0 : vectors->bytes()};
    if (writing.refused()) return *writing.refused();
    if (!reads) vectors->shorten(writing.allowed());
    const std::uint64_t flags = call.word(3) & ~static_cast<std::uint64_t>(SPLICE_F_GIFT);
    return writing.done(thread.interruptible(SYS_vmsplice, call.integer(0), vectors->data(), vectors->count(), flags));
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_sendfile, send_file},
    {SYS_copy_file_range, copy_range},
    {SYS_splice, copy_range},
    {SYS_tee, duplicate},
    {SYS_vmsplice, splice_memory},
});

}  // namespace

std::span<const Served> copying_calls()
{
    return kCalls;
}

}  // namespace husk::program
