#include <fmt/format.h>

#include <bit>
#include <csignal>

#include "program/abi/names.hpp"
#include "program/abi/signals.hpp"
#include "program/trace/signal_info.hpp"
#include "program/trace/structures.hpp"
#include "program/trace/text.hpp"

namespace husk::program {
namespace {

constexpr std::uint64_t kSetSize = 8;  // bytes of the kernel's sigset_t

Text format_set(const Look& look, const Target& target)
{
    // Where the call is told another size than the kernel's it fails, and what is there is no set.
    if (target.length != kSetSize) return std::nullopt;
    const auto set = read_as<std::uint64_t>(look.read, target.at);
    if (!set) return std::nullopt;
    return describe_signal_set(*set);
}

/// The kernel's, which is not the C library's. arch/x86/include/uapi/asm/signal.h of Linux.
struct KernelAction {
    std::uint64_t handler, flags, restorer, mask;
};

std::string handler_name(std::uint64_t handler)
{
    constexpr std::uint64_t kDefault = 0;  // SIG_DFL and SIG_IGN as numbers
    constexpr std::uint64_t kIgnore = 1;
    if (handler == kDefault) return "SIG_DFL";
    return handler == kIgnore ? "SIG_IGN" : address(handler);
}

Text format_action(const Look& look, std::uint64_t at)
{
    constexpr std::uint64_t kHasRestorer = 0x04000000;
    const auto action = read_as<KernelAction>(look.read, at);
    if (!action) return std::nullopt;
    const std::string restorer = (action->flags & kHasRestorer) == 0 ? "" : ", sa_restorer=" + address(action->restorer);
    return fmt::format("{{sa_handler={}, sa_mask={}, sa_flags={}{}}}", handler_name(action->handler),
                       describe_signal_set(action->mask), describe(Names::SignalActionFlags, action->flags), restorer);
}

Text format_info(const Look& look, std::uint64_t at)
{
    const auto info = read_as<siginfo_t>(look.read, at);
    if (!info) return std::nullopt;
    return format_signal_info(*info);
}

std::string signal_text(int signal)
{
    const std::string name = name_of_signal(signal);
    return name.empty() ? std::to_string(signal) : name;
}

Text format_event(const Look& look, std::uint64_t at)
{
    const auto event = read_as<sigevent>(look.read, at);
    if (!event) return std::nullopt;
    const auto value = std::bit_cast<std::uint64_t>(event->sigev_value.sival_ptr);
    const std::string told =
        value == 0 ? "" : fmt::format("sigev_value={{sival_int={}, sival_ptr={}}}, ", event->sigev_value.sival_int, address(value));
    return fmt::format("{{{}sigev_signo={}, sigev_notify={}}}", told, signal_text(event->sigev_signo),
                       describe(Names::SignalNotify, static_cast<std::uint64_t>(event->sigev_notify)));
}

Text format_stack(const Look& look, std::uint64_t at)
{
    const auto stack = read_as<stack_t>(look.read, at);
    if (!stack) return std::nullopt;
    return fmt::format("{{ss_sp={}, ss_flags={}, ss_size={}}}", address(std::bit_cast<std::uint64_t>(stack->ss_sp)),
                       describe(Names::SignalStackFlags, static_cast<std::uint64_t>(stack->ss_flags)), stack->ss_size);
}

}  // namespace

Text format_of_signals(const Look& look, const Target& target)
{
    switch (target.shape) {
        case Shape::SignalSet: return format_set(look, target);
        case Shape::SignalAction: return format_action(look, target.at);
        case Shape::Siginfo: return format_info(look, target.at);
        case Shape::SignalEvent: return format_event(look, target.at);
        case Shape::SignalStack: return format_stack(look, target.at);
        default: return std::nullopt;
    }
}

}  // namespace husk::program
