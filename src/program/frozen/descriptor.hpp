#pragma once

#include "frozen/fields.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A program's descriptors as a frozen file has them. Numbers of descriptors say what belongs together: descriptors that are copies
/// of each other (dup) name the lowest of them in `same_as`; pipes and files in memory, the lowest that leads to the same one in
/// `object`, which has the contents.
namespace husk::program {

/// A file, folder or device by name: opened again under the grants of the thaw, and compared.
struct FrozenPath {
    std::string path{};         ///< the guest's, absolute, without links
    std::uint32_t type = 0;     ///< S_IFMT of st_mode
    std::uint64_t device = 0;   ///< st_dev; st_rdev if it is a device
    std::uint64_t inode = 0;    ///< st_ino
    std::uint64_t size = 0;     ///< bytes; regular files only, as all that follows
    std::uint64_t changed = 0;  ///< st_ctim, in nanoseconds
    std::uint64_t content = 0;  ///< XXH64 of its bytes, if `compared`
    bool compared = false;      ///< its bytes must be what they were
    bool operator==(const FrozenPath&) const = default;
};

/// One end of a pipe whose other end is the program's, too, or closed.
struct FrozenPipe {
    std::uint32_t object = 0;
    std::uint64_t capacity = 0;        ///< bytes
    std::vector<std::byte> content{};  ///< what waits to be read
    bool operator==(const FrozenPipe&) const = default;
};

/// A file without a name: of memfd_create, or deleted while it was open, which becomes one of memfd_create.
struct FrozenMemory {
    std::uint32_t object = 0;
    std::string name{};
    std::uint32_t mode = 0;   ///< permissions
    std::uint32_t seals = 0;  ///< F_SEAL_…
    std::vector<std::byte> content{};
    bool operator==(const FrozenMemory&) const = default;
};

/// An eventfd.
struct FrozenEvent {
    std::uint64_t count = 0;
    bool semaphore = false;
    bool operator==(const FrozenEvent&) const = default;
};

/// A timerfd. Goes on with the time that was left; one set to a moment of the clock of the day fires at that moment.
struct FrozenTimer {
    std::uint32_t clock = 0;     ///< CLOCK_…
    std::uint32_t settings = 0;  ///< TFD_TIMER_…
    std::uint64_t left = 0;      ///< nanoseconds; 0: it is not armed
    std::uint64_t interval = 0;  ///< nanoseconds
    std::uint64_t moment = 0;  ///< nanoseconds since the epoch, if `settings` has TFD_TIMER_ABSTIME and the clock is CLOCK_REALTIME
    std::uint64_t expired = 0;  ///< times that nobody has read
    bool operator==(const FrozenTimer&) const = default;
};

/// A signalfd.
struct FrozenSignals {
    std::uint64_t mask = 0;            ///< signal n is bit n − 1
    std::vector<std::byte> records{};  ///< struct signalfd_siginfo that nobody has read
    bool operator==(const FrozenSignals&) const = default;
};

/// What an epoll instance watches.
struct FrozenWatch {
    std::uint32_t number = 0;  ///< of the descriptor
    std::uint32_t events = 0;  ///< EPOLL…
    std::uint64_t data = 0;
    bool operator==(const FrozenWatch&) const = default;
};
struct FrozenEpoll {
    std::vector<FrozenWatch> watches{};
    bool operator==(const FrozenEpoll&) const = default;
};

/// One descriptor: exactly one of the optional parts is there.
struct FrozenDescriptor {
    std::uint32_t number = 0;
    bool close_on_exec = false;
    std::uint32_t flags = 0;   ///< F_GETFL's; of one that is `standard` only O_NONBLOCK, if the program has set it
    std::uint64_t offset = 0;  ///< bytes, where there is such a thing

    std::optional<std::uint32_t> same_as{};   ///< number of the descriptor that this is a copy of
    std::optional<std::uint32_t> standard{};  ///< what the thaw has as 0, 1 or 2
    std::optional<FrozenPath> file{};
    std::optional<FrozenPipe> pipe{};
    std::optional<FrozenMemory> memory{};
    std::optional<FrozenEvent> event{};
    std::optional<FrozenTimer> timer{};
    std::optional<FrozenSignals> signals{};
    std::optional<FrozenEpoll> epoll{};
    bool operator==(const FrozenDescriptor&) const = default;
};

/// "descriptor 5, /data/words", "descriptor 6, a pipe" …
std::string describe(const FrozenDescriptor& descriptor);

void fields(frozen::Either<FrozenPath> auto& file, auto&& visit)
{
    visit("path", file.path), visit("type", file.type), visit("device", file.device), visit("inode", file.inode);
    visit("size", file.size), visit("changed", file.changed), visit("content", file.content), visit("compared", file.compared);
}

void fields(frozen::Either<FrozenPipe> auto& pipe, auto&& visit)
{
    visit("object", pipe.object), visit("capacity", pipe.capacity), visit("content", pipe.content);
}

void fields(frozen::Either<FrozenMemory> auto& memory, auto&& visit)
{
    visit("object", memory.object), visit("name", memory.name), visit("mode", memory.mode), visit("seals", memory.seals);
    visit("content", memory.content);
}

void fields(frozen::Either<FrozenEvent> auto& event, auto&& visit)
{
    visit("count", event.count), visit("semaphore", event.semaphore);
}

void fields(frozen::Either<FrozenTimer> auto& timer, auto&& visit)
{
    visit("clock", timer.clock), visit("settings", timer.settings), visit("left", timer.left), visit("interval", timer.interval);
    visit("moment", timer.moment), visit("expired", timer.expired);
}

void fields(frozen::Either<FrozenSignals> auto& signals, auto&& visit)
{
    visit("mask", signals.mask), visit("records", signals.records);
}

void fields(frozen::Either<FrozenWatch> auto& watch, auto&& visit)
{
    visit("number", watch.number), visit("events", watch.events), visit("data", watch.data);
}

void fields(frozen::Either<FrozenEpoll> auto& epoll, auto&& visit)
{
    visit("watches", epoll.watches);
}

void fields(frozen::Either<FrozenDescriptor> auto& descriptor, auto&& visit)
{
    visit("number", descriptor.number), visit("close_on_exec", descriptor.close_on_exec), visit("flags", descriptor.flags);
    visit("offset", descriptor.offset), visit("same_as", descriptor.same_as), visit("standard", descriptor.standard);
    visit("file", descriptor.file), visit("pipe", descriptor.pipe), visit("memory", descriptor.memory);
    visit("event", descriptor.event), visit("timer", descriptor.timer), visit("signals", descriptor.signals);
    visit("epoll", descriptor.epoll);
}

}  // namespace husk::program
