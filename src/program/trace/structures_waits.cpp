#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>

#include "program/abi/names.hpp"
#include "program/abi/signals.hpp"
#include "program/trace/structures.hpp"
#include "program/trace/text.hpp"
#include "program/trace/waits.hpp"

namespace husk::program {
namespace {

constexpr std::uint64_t kMostFd = 1024;  // of an fd_set that is looked at

std::uint64_t bits_of_short(short value)
{
    return static_cast<std::uint16_t>(value);
}

/// The array before a call; after it, only those that are ready.
Text format_poll(const Look& look, const Target& target, bool ready_only)
{
    ListText list{look.limits.elements};
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(target.length, kMostFd) && !list.full(); ++i) {
        const auto poll = read_as<pollfd>(look.read, target.at + i * sizeof(pollfd));
        if (!poll && i == 0) return std::nullopt;
        if (!poll) {
            list.add(address(target.at + i * sizeof(pollfd)));
            break;
        }
        if (!ready_only)
            list.add(fmt::format("{{fd={}, events={}}}", poll->fd, describe(Names::PollEvents, bits_of_short(poll->events))));
        if (ready_only && poll->revents != 0)
            list.add(fmt::format("{{fd={}, revents={}}}", poll->fd, describe(Names::PollEvents, bits_of_short(poll->revents))));
    }
    return list.text();
}

/// "[0 3 5]".
Text format_fd_set(const Look& look, const Target& target)
{
    const std::uint64_t count = std::min(target.length & 0xFFFF'FFFF, kMostFd);
    std::string text = "[";
    std::size_t told = 0;
    for (std::uint64_t word = 0; word * 64 < count; ++word) {
        const auto bits = read_as<std::uint64_t>(look.read, target.at + word * sizeof(std::uint64_t));
        if (!bits) return std::nullopt;
        for (std::uint64_t bit = 0; bit < 64 && word * 64 + bit < count; ++bit) {
            if ((*bits >> bit & 1) == 0 || told > look.limits.elements) continue;
            if (told > 0) text += ' ';
            text += told == look.limits.elements ? "..." : std::to_string(word * 64 + bit);
            ++told;
        }
    }
    return text + "]";
}

Text format_set_and_size(const Look& look, std::uint64_t at)
{
    const auto pair = read_as<std::array<std::uint64_t, 2>>(look.read, at);
    if (!pair) return std::nullopt;
    const auto [set_at, size] = *pair;
    const auto set = set_at == 0 ? std::nullopt : read_as<std::uint64_t>(look.read, set_at);
    return fmt::format("{{sigmask={}, sigsetsize={}}}", set ? describe_signal_set(*set) : address(set_at), size);
}

/// The kernel's, which is packed on x86-64: events, then data at once behind them.
using EpollEvent = std::array<std::uint32_t, 3>;

std::string event_text(const EpollEvent& event)
{
    const std::uint64_t data = std::uint64_t{event[2]} << 32 | event[1];
    return fmt::format("{{events={}, data={{u32={}, u64={}}}}}", describe(Names::EpollEvents, event[0]), event[1], data);
}

Text format_event(const Look& look, std::uint64_t at)
{
    const auto event = read_as<EpollEvent>(look.read, at);
    if (!event) return std::nullopt;
    return event_text(*event);
}

Text format_events(const Look& look, const Target& target)
{
    ListText list{look.limits.elements};
    for (std::uint64_t i = 0; i < target.length && !list.full(); ++i) {
        const auto event = read_as<EpollEvent>(look.read, target.at + i * sizeof(EpollEvent));
        if (!event) return std::nullopt;
        list.add(event_text(*event));
    }
    return list.text();
}

}  // namespace

Text format_ready(const Look& look, const Target& target)
{
    return target.shape == Shape::PollFds ? format_poll(look, target, true) : format_fd_set(look, target);
}

Text format_of_waits(const Look& look, const Target& target)
{
    switch (target.shape) {
        case Shape::PollFds: return format_poll(look, target, false);
        case Shape::FdSet: return format_fd_set(look, target);
        case Shape::SetAndSize: return format_set_and_size(look, target.at);
        case Shape::EpollEvent: return format_event(look, target.at);
        case Shape::EpollEvents: return format_events(look, target);
        default: return std::nullopt;
    }
}

}  // namespace husk::program
