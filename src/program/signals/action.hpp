#pragma once

#include "program/signals/set.hpp"

#include <array>
#include <cstdint>

namespace husk::program {

/// What a program wants done with a signal: the kernel's struct sigaction for x86-64, which is not libc's.
struct Action {
    static constexpr std::uint64_t kDefault = 0, kIgnore = 1;  ///< SIG_DFL and SIG_IGN as values of `handler`
    /// Flags that libc's header does not name: SA_RESTORER, without which there is no way back from a handler on x86-64, and
    /// SA_EXPOSE_TAGBITS, which changes nothing here.
    static constexpr std::uint64_t kRestorer = 0x0400'0000, kExposeTagBits = 0x0000'0800;

    std::uint64_t handler = kDefault;  ///< of the guest
    std::uint64_t flags = 0;           ///< SA_…
    std::uint64_t restorer = 0;        ///< of the guest: where the handler returns to
    SignalSet mask{};                  ///< blocked as well while the handler runs

    bool has(std::uint64_t flag) const { return (flags & flag) != 0; }
    bool operator==(const Action&) const = default;
};
static_assert(sizeof(Action) == 32);

/// What becomes of a program that has left a signal alone. SIGCONT's other effect, that what is stopped goes on, it has in any
/// case.
enum class Default : std::uint8_t { End, Stop, Ignore };
Default default_of(int signal);

/// A program's actions, one a signal. Guarded by whoever shares them.
class Actions {
public:
    const Action& of(int signal) const { return actions_[index(signal)]; }
    /// With the flags that Linux knows, and without KILL and STOP in its mask; what it does not know is dropped without an error.
    void set(int signal, const Action& action);
    /// As a handler with SA_RESETHAND leaves it, and as a forced signal does.
    void reset(int signal) { actions_[index(signal)].handler = Action::kDefault; }

    /// True if this signal, when it comes and is not blocked, changes nothing.
    bool ignored(int signal) const;
    bool handled(int signal) const { return of(signal).handler > Action::kIgnore; }

private:
    static std::size_t index(int signal) { return static_cast<std::size_t>(signal) - 1; }

    std::array<Action, kSignals> actions_{};
};

}  // namespace husk::program
