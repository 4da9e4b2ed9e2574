#include "program/signals/action.hpp"

namespace husk::program {

namespace {

constexpr std::uint64_t kKnownFlags =
    static_cast<std::uint32_t>(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND) |
    Action::kRestorer | Action::kExposeTagBits;

constexpr SignalSet kIgnoredByDefault = SignalSet::of(SIGCHLD, SIGCONT, SIGURG, SIGWINCH);

}  // namespace

Default default_of(int signal)
{
    if (kStopping.has(signal)) return Default::Stop;
    return kIgnoredByDefault.has(signal) ? Default::Ignore : Default::End;
}

void Actions::set(int signal, const Action& action)
{
    Action& mine = actions_[index(signal)];
    mine = action;
    mine.flags &= kKnownFlags;
    mine.mask = mine.mask.without(kUnblockable);
}

bool Actions::ignored(int signal) const
{
    const std::uint64_t handler = of(signal).handler;
    return handler == Action::kIgnore || (handler == Action::kDefault && default_of(signal) == Default::Ignore);
}

}  // namespace husk::program
