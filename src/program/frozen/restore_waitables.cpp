#include "program/frozen/restore.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include <ctime>

namespace husk::program {

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
/// TFD_IOC_SET_TICKS of <linux/timerfd.h>, which does not go together with <fcntl.h>.
constexpr unsigned long kSetTicks = _IOW('T', 0, std::uint64_t);

timespec time_of(std::uint64_t nanoseconds)
{
    return {.tv_sec = static_cast<time_t>(nanoseconds / kSecond), .tv_nsec = static_cast<long>(nanoseconds % kSecond)};
}

int no_wait(const FrozenDescriptor& descriptor)
{
    return static_cast<int>(descriptor.flags) & O_NONBLOCK;
}

}  // namespace

void restore_event(const FrozenDescriptor& descriptor)
{
    const FrozenEvent& event = *descriptor.event;
    static_assert(EFD_NONBLOCK == O_NONBLOCK && TFD_NONBLOCK == O_NONBLOCK);
    const int flags = EFD_CLOEXEC | (event.semaphore ? EFD_SEMAPHORE : 0);
    UniqueFd fd{must(descriptor, "eventfd2", host_call(SYS_eventfd2, 0, flags | no_wait(descriptor)))};
    if (event.count != 0) must(descriptor, "write", host_call(SYS_write, fd.get(), &event.count, sizeof event.count));
    place(descriptor, std::move(fd));
}

void restore_timer(const FrozenDescriptor& descriptor)
{
    const FrozenTimer& timer = *descriptor.timer;
    UniqueFd fd{must(descriptor, "timerfd_create", host_call(SYS_timerfd_create, timer.clock, TFD_CLOEXEC | no_wait(descriptor)))};
    const bool absolute = timer.moment != 0;
    itimerspec wanted{.it_interval = time_of(timer.interval), .it_value = time_of(absolute ? timer.moment : timer.left)};
    const int settings = absolute ? static_cast<int>(timer.settings) : 0;
    const auto set = [&](int how) {
        must(descriptor, "timerfd_settime", host_call(SYS_timerfd_settime, fd.get(), how, &wanted, 0));
    };
    set(settings);
    if (timer.expired != 0 && failed(host_call(SYS_ioctl, fd.get(), kSetTicks, &timer.expired))) {
        // A kernel without CONFIG_CHECKPOINT_RESTORE: it expires at once, which is once more instead of so many times.
        wanted.it_value = time_of(1);
        set(0);
    }
    place(descriptor, std::move(fd));
}

void restore_epoll(const FrozenDescriptor& descriptor)
{
    place(descriptor, UniqueFd{must(descriptor, "epoll_create1", host_call(SYS_epoll_create1, EPOLL_CLOEXEC))});
}

void restore_watches(const FrozenDescriptor& descriptor)
{
    for (const FrozenWatch& watch : descriptor.epoll->watches) {
        epoll_event event{.events = watch.events, .data = {.u64 = watch.data}};
        const Result added =
            host_call(SYS_epoll_ctl, static_cast<int>(descriptor.number), EPOLL_CTL_ADD, static_cast<int>(watch.number), &event);
        if (failed(added)) refuse(descriptor, fmt::format("it cannot watch descriptor {}", watch.number), static_cast<int>(-added));
    }
}

}  // namespace husk::program
