#pragma once

#include "program/process/call.hpp"
#include "program/process/process.hpp"
#include "program/process/thread.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

/// What the arguments of calls are, so that most calls need no code: a table says of each argument what it is, pass() checks it and
/// hands all to the host.
namespace husk::program {

/// A call that ends at once, or one that may wait and is interrupted.
enum class Way : std::uint8_t { AtOnce, Waits };

/// True if `fd` may be a descriptor of the guest's. The one place that keeps Husk's own from it: to a guest they are not open.
inline bool is_guests(const Thread& thread, int fd)
{
    return fd >= 0 && fd < thread.process.descriptor_line;
}

/// Each kind turns one argument into the host's word, or answers a negative errno.
namespace kinds {

struct Word {
    static Result take(Thread&, const Call& call, std::size_t index, std::uint64_t& word)
    {
        word = call.word(index);
        return 0;
    }
};

struct Descriptor {
    static Result take(Thread& thread, const Call& call, std::size_t index, std::uint64_t& word)
    {
        if (!is_guests(thread, call.integer(index))) return -EBADF;
        word = host::word(call.integer(index));
        return 0;
    }
};

inline Result take_memory(Thread& thread, GuestVirt at, std::uint64_t size, std::uint64_t& word)
{
    if (size == 0) return 0;
    // Null stays null: whether it may be left out is for the host's kernel to say, and it has nothing there.
    const auto host = thread.process.memory.host_or_null(at, size);
    if (!host) return -EFAULT;
    word = *host;
    return 0;
}

/// `Size` bytes that the kernel reads or writes.
template <std::size_t Size>
struct Memory {
    static Result take(Thread& thread, const Call& call, std::size_t index, std::uint64_t& word)
    {
        return take_memory(thread, call.address(index), Size, word);
    }
};
template <typename T>
using Struct = Memory<sizeof(T)>;

/// As many bytes as argument `Length` says.
template <std::size_t Length>
struct Bytes {
    static Result take(Thread& thread, const Call& call, std::size_t index, std::uint64_t& word)
    {
        return take_memory(thread, call.address(index), call.word(Length), word);
    }
};

/// The same of an argument that is an int or unsigned to the kernel, which does not look at the upper half.
template <std::size_t Length>
struct Bytes32 {
    static Result take(Thread& thread, const Call& call, std::size_t index, std::uint64_t& word)
    {
        return take_memory(thread, call.address(index), static_cast<std::uint32_t>(call.integer(Length)), word);
    }
};

}  // namespace kinds

/// The host's words for a call's arguments, of these kinds from the first on; the others are 0.
struct Words {
    std::array<std::uint64_t, 6> words{};
    Result error = 0;
};

template <typename... Kinds>
Words take(Thread& thread, const Call& call)
{
    Words taken;
    std::size_t index = 0;
    [[maybe_unused]] const auto one = [&](auto kind) {
        taken.error = decltype(kind)::take(thread, call, index, taken.words.at(index));
        ++index;
        return taken.error == 0;
    };
    static_cast<void>((one(Kinds{}) && ...));
    return taken;
}

template <Way kWay>
Result make(Thread& thread, std::uint64_t number, const std::array<std::uint64_t, 6>& words)
{
    const auto [a, b, c, d, e, f] = words;
    const auto call = static_cast<long>(number);
    if constexpr (kWay == Way::Waits)
        return thread.interruptible(call, a, b, c, d, e, f);
    else
        return host_call(call, a, b, c, d, e, f);
}

/// Checks the arguments and makes the call as it is.
template <Way kWay, typename... Kinds>
Result pass(Thread& thread, const Call& call)
{
    const Words taken = take<Kinds...>(thread, call);
    return taken.error != 0 ? taken.error : make<kWay>(thread, call.number, taken.words);
}

/// A call that answers the same to everyone.
template <Result kAnswer>
Result answer(Thread&, const Call&)
{
    return kAnswer;
}

}  // namespace husk::program
