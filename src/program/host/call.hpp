#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <type_traits>

/// System calls of the host, made as they are: numbers in, the kernel's answer out, no errno variable and no retries.
namespace husk::program {

/// What a system call answers: a value, or a negative errno (−4095…−1).
using Result = std::int64_t;

constexpr bool failed(Result result)
{
    return result < 0 && result >= -4095;
}

namespace host {

Result call6(long number, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d, std::uint64_t e, std::uint64_t f);
Result interruptible6(const std::atomic<bool>& interrupted, long number, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                      std::uint64_t d, std::uint64_t e, std::uint64_t f);

template <typename T>
std::uint64_t word(T value)
{
    if constexpr (std::is_pointer_v<T>)
        return std::bit_cast<std::uint64_t>(value);
    else
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

}  // namespace host

/// For calls that do not wait. Arguments are integers or pointers.
template <typename... Words>
Result host_call(long number, Words... words)
{
    static_assert(sizeof...(words) <= 6);
    const std::uint64_t all[7] = {host::word(words)...};
    return host::call6(number, all[0], all[1], all[2], all[3], all[4], all[5]);
}

/// For calls that may wait: −EINTR if `interrupted` is set when the kernel would be entered, and when interrupt_thread() comes
/// while the thread waits. No interruption is lost between the two, and none comes after the call has had an effect.
template <typename... Words>
Result interruptible_host_call(const std::atomic<bool>& interrupted, long number, Words... words)
{
    static_assert(sizeof...(words) <= 6);
    const std::uint64_t all[7] = {host::word(words)...};
    return host::interruptible6(interrupted, number, all[0], all[1], all[2], all[3], all[4], all[5]);
}

/// The signal that interrupts. Its handler is installed once in the process, by install_interrupts().
int interrupt_signal();

/// Installs the handler; `then` is called in it on the thread that was interrupted, and must be safe in a signal handler.
void install_interrupts(void (*then)());

/// Interrupts the thread with this host id: a call made by interruptible_host_call(), or the guest that it runs. Safe in a signal
/// handler.
void interrupt_thread(int tid);

}  // namespace husk::program
