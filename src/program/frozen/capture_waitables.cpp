#include "program/frozen/capture.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <ctime>

// What is made to be waited for: eventfd, timerfd, epoll.
namespace husk::program {

namespace {

constexpr int kDecimal = 10, kHexadecimal = 16, kOctal = 8;
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::string_view kUntold = "this kernel does not tell what state it has";

std::uint64_t nanoseconds(const timespec& time)
{
    return static_cast<std::uint64_t>(time.tv_sec) * kSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

/// "4 events: 80000019 data: 123456789abcdef0  pos:0 ino:40e sdev:10"
struct Target {
    FrozenWatch watch;
    std::uint64_t inode = 0, device = 0;
};

std::optional<Target> parse_target(std::string_view line)
{
    const auto number = take_number(line, kDecimal);
    const auto events = take_word(line, "events:") ? take_number(line, kHexadecimal) : std::nullopt;
    const auto data = take_word(line, "data:") ? take_number(line, kHexadecimal) : std::nullopt;
    line.remove_prefix(std::min(line.find("ino:"), line.size()));
    const auto inode = take_word(line, "ino:") ? take_number(line, kHexadecimal) : std::nullopt;
    const auto device = take_word(line, "sdev:") ? take_number(line, kHexadecimal) : std::nullopt;
    if (!number || !events || !data || !inode || !device) return std::nullopt;
    return Target{
        .watch = {.number = static_cast<std::uint32_t>(*number), .events = static_cast<std::uint32_t>(*events), .data = *data},
        .inode = *inode,
        .device = *device};
}

/// The kernel's own form of st_dev: Linux's include/linux/kdev_t.h, MKDEV.
std::uint64_t kernel_device(dev_t device)
{
    constexpr unsigned kMinorBits = 20;
    return std::uint64_t{::major(device)} << kMinorBits | ::minor(device);
}

}  // namespace

bool counts_down(int fd, std::uint64_t count, int flags)
{
    constexpr std::uint64_t kEnough = 2;
    const auto add = [&](std::uint64_t value) { host_call(SYS_write, fd, &value, sizeof value); };
    host_call(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
    const bool more = count < kEnough;
    if (more) add(kEnough);
    std::uint64_t taken = 0;
    host_call(SYS_read, fd, &taken, sizeof taken);
    const bool semaphore = taken == 1;
    if (semaphore && more) host_call(SYS_read, fd, &taken, sizeof taken);
    if (semaphore && !more) add(1);
    if (!semaphore && count > 0) add(count);
    host_call(SYS_fcntl, fd, F_SETFL, flags);
    return semaphore;
}

std::string capture_event(const Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into)
{
    const DescriptorInfo info = capture.info(open);
    const auto count = info.number("eventfd-count", kHexadecimal);
    if (!count) return std::string{kUntold};
    const auto semaphore = info.number("eventfd-semaphore", kDecimal);
    into.event =
        FrozenEvent{.count = *count, .semaphore = semaphore ? *semaphore != 0 : counts_down(open.number, *count, open.flags)};
    return {};
}

std::string capture_timer(const Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into)
{
    // First of all: where an interval has passed, the kernel counts it and goes on only when it is asked.
    itimerspec now{};
    host_call(SYS_timerfd_gettime, open.number, &now);
    const DescriptorInfo info = capture.info(open);
    const auto clock = info.number("clockid", kDecimal);
    const auto ticks = info.number("ticks", kDecimal);
    const auto settings = info.number("settime flags", kOctal);
    if (!clock || !ticks || !settings) return std::string{kUntold};
    FrozenTimer timer{.clock = static_cast<std::uint32_t>(*clock),
                      .settings = static_cast<std::uint32_t>(*settings),
                      .left = nanoseconds(now.it_value),
                      .interval = nanoseconds(now.it_interval),
                      .expired = *ticks};
    if (timer.clock == CLOCK_REALTIME && (timer.settings & TFD_TIMER_ABSTIME) != 0 && timer.left != 0) {
        timespec time{};
        ::clock_gettime(CLOCK_REALTIME, &time);
        timer.moment = nanoseconds(time) + timer.left;
    }
    into.timer = timer;
    return {};
}

std::string capture_epoll(const Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into)
{
    FrozenEpoll& epoll = into.epoll.emplace();
    const DescriptorInfo info = capture.info(open);
    for (const std::string_view line : info.values("tfd")) {
        const auto target = parse_target(line);
        if (!target) return std::string{kUntold};
        const auto watched = std::ranges::find_if(capture.all, [&](const OpenDescriptor& other) {
            return other.number == static_cast<int>(target->watch.number) && other.status.st_ino == target->inode &&
                   kernel_device(other.status.st_dev) == target->device;
        });
        if (watched == capture.all.end())
            return fmt::format("it watches what was descriptor {}, which is closed, but of which there is a copy",
                               target->watch.number);
        epoll.watches.push_back(target->watch);
    }
    std::ranges::sort(epoll.watches, {}, &FrozenWatch::number);
    return {};
}

}  // namespace husk::program
