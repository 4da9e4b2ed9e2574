#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"
#include "program/calls/vectors.hpp"
#include "program/calls/writing.hpp"

#include <linux/fs.h>
#include <sys/syscall.h>

#include <array>

// read, write and their kin.
namespace husk::program {

namespace {

using namespace kinds;

Result write_some(Thread& thread, const Call& call, std::optional<std::uint64_t> offset)
{
    const Words taken = take<Descriptor, Bytes<2>, Word, Word>(thread, call);
    if (taken.error != 0) return taken.error;
    Writing writing{thread, call.integer(0), call.word(2), offset};
    if (writing.refused()) return *writing.refused();
    auto words = taken.words;
    words[2] = writing.allowed();
    return writing.done(make<Way::Waits>(thread, call.number, words));
}

Result write_one(Thread& thread, const Call& call)
{
    return write_some(thread, call, std::nullopt);
}

Result write_at(Thread& thread, const Call& call)
{
    return write_some(thread, call, call.word(3));
}

/// readv and preadv: arguments after the buffers are passed on. The position is split in two words, of which x86-64 uses the first.
Result read_vectors(Thread& thread, const Call& call)
{
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    const auto vectors = Vectors::copy(thread, call.address(1), call.word(2));
    if (!vectors) return vectors.error();
    return thread.interruptible(static_cast<long>(call.number), call.integer(0), vectors->data(), vectors->count(), call.word(3),
                                call.word(4), call.word(5));
}

Result write_some_vectors(Thread& thread, const Call& call, std::optional<std::uint64_t> offset)
{
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    auto vectors = Vectors::copy(thread, call.address(1), call.word(2));
    if (!vectors) return vectors.error();
    Writing writing{thread, call.integer(0), vectors->bytes(), offset};
    if (writing.refused()) return *writing.refused();
    if (writing.allowed() < vectors->bytes()) vectors->shorten(writing.allowed());
    return writing.done(thread.interruptible(static_cast<long>(call.number), call.integer(0), vectors->data(), vectors->count(),
                                             call.word(3), call.word(4), call.word(5)));
}

Result write_vectors(Thread& thread, const Call& call)
{
    return write_some_vectors(thread, call, std::nullopt);
}

Result write_vectors_at(Thread& thread, const Call& call)
{
    return write_some_vectors(thread, call, call.word(3));
}

/// pwritev2: a position of −1 is the descriptor's own.
Result write_vectors_flagged(Thread& thread, const Call& call)
{
    constexpr std::uint64_t kOwnPosition = ~0ull;
    if ((call.integer(5) & RWF_APPEND) != 0) return write_some_vectors(thread, call, Writing::kEnd);
    if (call.word(3) == kOwnPosition) return write_some_vectors(thread, call, std::nullopt);
    return write_some_vectors(thread, call, call.word(3));
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_read, pass<Way::Waits, Descriptor, Bytes<2>, Word>},
    {SYS_pread64, pass<Way::Waits, Descriptor, Bytes<2>, Word, Word>},
    {SYS_readv, read_vectors},
    {SYS_preadv, read_vectors},
    {SYS_preadv2, read_vectors},
    {SYS_write, write_one},
    {SYS_pwrite64, write_at},
    {SYS_writev, write_vectors},
    {SYS_pwritev, write_vectors_at},
    {SYS_pwritev2, write_vectors_flagged},
});

}  // namespace

std::span<const Served> transfer_calls()
{
    return kCalls;
}

}  // namespace husk::program
