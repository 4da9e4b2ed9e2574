#include "program/files/own_fd.hpp"
#include "program/frozen/restore.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <climits>
#include <ctime>
#include <limits>

// A frozen file may come from anybody: what its list of descriptors asks for is looked at before anything is opened.
namespace husk::program {

namespace {

constexpr std::uint32_t kFileFlags = O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC | O_DSYNC | O_DIRECT | O_DIRECTORY | O_NOFOLLOW |
                                     O_NOATIME | O_PATH | static_cast<std::uint32_t>(kLargeFile);
constexpr std::uint64_t kMostPipe = 16U << 20;  ///< of one pipe's capacity, in bytes; the kernel's own limit is lower as a rule
constexpr std::size_t kMostWatches = 65536;     ///< of all epoll instances together

class Check {
public:
    Check(std::span<const FrozenDescriptor> all, int line) : all_{all}, line_{line} {}

    void run()
    {
        const FrozenDescriptor* before = nullptr;
        for (const FrozenDescriptor& one : all_) {
            if (one.number >= static_cast<std::uint32_t>(line_))
                refuse(one, fmt::format("a program has no numbers from {} on", line_));
            if (before != nullptr && one.number <= before->number) refuse(one, "the numbers do not rise");
            before = &one;
            check(one);
        }
    }

private:
    void check(const FrozenDescriptor& one)
    {
        const int parts = int{one.same_as.has_value()} + int{one.standard.has_value()} + int{one.file.has_value()} +
                          int{one.pipe.has_value()} + int{one.memory.has_value()} + int{one.event.has_value()} +
                          int{one.timer.has_value()} + int{one.signals.has_value()} + int{one.epoll.has_value()};
        if (parts != 1) refuse(one, fmt::format("it is {} kinds at once", parts));
        if (one.offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) refuse(one, "its offset is too large");
        check_flags(one);
        if (one.same_as) check_copy(one);
        if (one.standard && *one.standard >= StandardDescriptors::kCount) refuse(one, "there are 0, 1 and 2");
        if (one.file) check_file(one, *one.file);
        if (one.pipe) check_pipe(one, *one.pipe);
        if (one.memory) check_memory(one, *one.memory);
        if (one.event && one.event->count == std::numeric_limits<std::uint64_t>::max()) refuse(one, "its count is too large");
        if (one.timer) check_timer(one, *one.timer);
        if (one.signals) check_signals(one, *one.signals);
        if (one.epoll) check_epoll(one, *one.epoll);
    }

    static void check_flags(const FrozenDescriptor& one)
    {
        const std::uint32_t allowed = one.standard ? O_NONBLOCK : kFileFlags;
        const std::uint32_t unknown = one.flags & ~(allowed | (one.epoll || one.event || one.timer ? O_ACCMODE : 0U));
        if (unknown != 0) refuse(one, fmt::format("its flags have {:#o}", unknown));
        if ((one.flags & O_ACCMODE) == O_ACCMODE) refuse(one, "it is neither for reading nor for writing");
        if ((one.flags & O_PATH) != 0 && !one.file) refuse(one, "only files are referred to (O_PATH)");
    }

    const FrozenDescriptor* find(std::uint32_t number) const
    {
        const auto found = std::ranges::lower_bound(all_, number, {}, &FrozenDescriptor::number);
        return found == all_.end() || found->number != number ? nullptr : &*found;
    }

    void check_copy(const FrozenDescriptor& one) const
    {
        const FrozenDescriptor* original = find(*one.same_as);
        if (original == nullptr || *one.same_as >= one.number) refuse(one, "there is no such lower number");
        if (original->same_as || original->standard) refuse(one, "that is a copy itself");
    }

    static void check_file(const FrozenDescriptor& one, const FrozenPath& file)
    {
        if (!file.path.starts_with('/') || file.path.size() >= PATH_MAX) refuse(one, "its path is not absolute, or too long");
        if (file.path.find('\0') != std::string::npos) refuse(one, "its path has a zero byte");
        const std::string names = file.path + "/";
        if (names.find("/../") != std::string::npos || names.find("/./") != std::string::npos)
            refuse(one, "its path has \"..\" or \".\" in it");
        const bool openable = S_ISREG(file.type) || S_ISDIR(file.type) || S_ISCHR(file.type);
        if ((file.type & ~std::uint32_t{S_IFMT}) != 0 || (!openable && (one.flags & O_PATH) == 0))
            refuse(one, fmt::format("files of type {:#o} are not opened", file.type));
    }

    /// `object` names the first descriptor of a thing, which is of the same kind and alone has its contents.
    template <typename Part>
    void check_object(const FrozenDescriptor& one, const std::optional<Part> FrozenDescriptor::*part)
    {
        const Part& own = *(one.*part);
        if (own.object == one.number) return take_room(one, own.content.size());
        const FrozenDescriptor* first = find(own.object);
        if (first == nullptr || own.object > one.number || !(first->*part) || (first->*part)->object != own.object)
            refuse(one, fmt::format("descriptor {} is not the first of its kind", own.object));
        if (!own.content.empty()) refuse(one, "it has contents of its own");
    }

    void check_pipe(const FrozenDescriptor& one, const FrozenPipe& pipe)
    {
        check_object(one, &FrozenDescriptor::pipe);
        if (pipe.capacity > kMostPipe || pipe.content.size() > pipe.capacity)
            refuse(one, fmt::format("{} bytes in a pipe for {}", pipe.content.size(), pipe.capacity));
    }

    void check_memory(const FrozenDescriptor& one, const FrozenMemory& memory)
    {
        constexpr std::uint32_t kSeals = 0x3F;  // up to F_SEAL_EXEC
        constexpr std::uint32_t kPermissions = 0777;
        constexpr std::size_t kLongestName = 249;  // memfd_create(2)
        check_object(one, &FrozenDescriptor::memory);
        if ((memory.seals & ~kSeals) != 0 || (memory.mode & ~kPermissions) != 0)
            refuse(one, fmt::format("its seals are {:#x} and its permissions {:#o}", memory.seals, memory.mode));
        if (memory.name.size() > kLongestName || memory.name.find('\0') != std::string::npos)
            refuse(one, "its name is too long or has a zero byte");
    }

    static void check_timer(const FrozenDescriptor& one, const FrozenTimer& timer)
    {
        constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
        if (timer.clock != CLOCK_REALTIME && timer.clock != CLOCK_MONOTONIC && timer.clock != CLOCK_BOOTTIME)
            refuse(one, fmt::format("its clock is {}", timer.clock));
        if ((timer.settings & ~std::uint32_t{TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET}) != 0)
            refuse(one, fmt::format("its settings are {:#x}", timer.settings));
        if (timer.left > kMost || timer.interval > kMost || timer.moment > kMost) refuse(one, "its time is too long");
    }

    void check_signals(const FrozenDescriptor& one, const FrozenSignals& signals)
    {
        if (signals.records.size() % sizeof(signalfd_siginfo) != 0)
            refuse(one, fmt::format("{} bytes are no whole records", signals.records.size()));
        take_room(one, signals.records.size());
    }

    void check_epoll(const FrozenDescriptor& one, const FrozenEpoll& epoll)
    {
        watches_ += epoll.watches.size();
        if (watches_ > kMostWatches) refuse(one, fmt::format("more than {} descriptors are watched", kMostWatches));
        for (const FrozenWatch& watch : epoll.watches) {
            if (find(watch.number) == nullptr)
                refuse(one, fmt::format("it watches descriptor {}, which is not open", watch.number));
            if (&watch != &epoll.watches.front() && watch.number <= (&watch - 1)->number)
                refuse(one, "the numbers that it watches do not rise");
        }
    }

    void take_room(const FrozenDescriptor& one, std::uint64_t bytes)
    {
        if (bytes > room_) refuse(one, fmt::format("all that is kept has more than {} bytes", kMostKept));
        room_ -= bytes;
    }

    std::span<const FrozenDescriptor> all_;
    int line_;
    std::uint64_t room_ = kMostKept;
    std::size_t watches_ = 0;
};

}  // namespace

void check_descriptors(std::span<const FrozenDescriptor> descriptors, int line)
{
    Check{descriptors, line}.run();
}

}  // namespace husk::program
