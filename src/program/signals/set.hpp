#pragma once

#include <bit>
#include <csignal>
#include <cstdint>

/// Signals of a Linux program, as Husk keeps and delivers them: sets, actions, queues, stacks and frames as the kernel for x86-64
/// has them. Man pages signal(7), sigaction(2).
namespace husk::program {

/// Signals are 1 to 64; those from kFirstRealTime on are queued each time they are sent.
inline constexpr int kSignals = 64;
inline constexpr int kFirstRealTime = 32;

constexpr bool is_signal(int number)
{
    return number >= 1 && number <= kSignals;
}

/// A set of signals, laid out as the kernel's sigset_t: signal n is bit n − 1.
class SignalSet {
public:
    /// What the calls that take a set want to be told as its size, in bytes.
    static constexpr std::uint64_t kSize = 8;

    constexpr SignalSet() = default;
    constexpr explicit SignalSet(std::uint64_t word) : word_{word} {}
    template <typename... Numbers>
    static constexpr SignalSet of(Numbers... numbers)
    {
        return SignalSet{(0 | ... | bit(numbers))};
    }

    constexpr std::uint64_t word() const { return word_; }
    constexpr bool has(int signal) const { return (word_ & bit(signal)) != 0; }
    constexpr bool empty() const { return word_ == 0; }
    /// The one with the lowest number, or 0.
    constexpr int first() const { return empty() ? 0 : std::countr_zero(word_) + 1; }
    constexpr void add(int signal) { word_ |= bit(signal); }
    constexpr void remove(int signal) { word_ &= ~bit(signal); }
    constexpr SignalSet without(SignalSet these) const { return SignalSet{word_ & ~these.word_}; }
    constexpr SignalSet operator|(SignalSet other) const { return SignalSet{word_ | other.word_}; }
    constexpr SignalSet operator&(SignalSet other) const { return SignalSet{word_ & other.word_}; }
    constexpr SignalSet operator~() const { return SignalSet{~word_}; }
    constexpr bool operator==(const SignalSet&) const = default;

private:
    static constexpr std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

    std::uint64_t word_ = 0;
};

/// Those that no program can block, ignore or handle.
inline constexpr SignalSet kUnblockable = SignalSet::of(SIGKILL, SIGSTOP);
/// Those that tell of what the thread itself has just done; they come before all others.
inline constexpr SignalSet kSynchronous = SignalSet::of(SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS);
/// Those that stop a program unless it handles them, and are forgotten when SIGCONT is sent, as it is when one of them is.
inline constexpr SignalSet kStopping = SignalSet::of(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU);

/// Those that, left alone, end a program and leave a core of it.
inline constexpr SignalSet kDumpingCore =
    SignalSet::of(SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS);

}  // namespace husk::program
