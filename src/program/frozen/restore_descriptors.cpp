#include "program/files/own_fd.hpp"
#include "program/frozen/restore.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>

#include <array>
#include <utility>

namespace husk::program {

namespace {

/// Below the line nothing stays open. Husk's own, and copies of 0, 1 and 2, lie above it.
void close_all(int line)
{
    const Result closed = host_call(SYS_close_range, 0, line - 1, 0);
    if (failed(closed)) throw Error{"close_range", static_cast<int>(-closed)};
}

/// What the caller has as 0, 1 and 2, kept for the program to have under other numbers, or for the caller if it fails.
class Standard {
public:
    explicit Standard(int line) : line_{line}
    {
        for (int number = 0; number < StandardDescriptors::kCount; ++number)
            if (auto copy = copied_above(number, line))
                all_.at(static_cast<std::size_t>(number)) = *std::move(copy);
            else if (copy.error() != EBADF)
                throw Error{"fcntl(F_DUPFD_CLOEXEC)", copy.error()};
    }
    int at(std::uint32_t number) const { return all_.at(number).get(); }
    /// All is as it was.
    void give_back() const noexcept
    {
        host_call(SYS_close_range, 0, line_ - 1, 0);
        for (int number = 0; number < StandardDescriptors::kCount; ++number)
            if (const int copy = at(static_cast<std::uint32_t>(number)); copy >= 0) host_call(SYS_dup3, copy, number, 0);
    }

private:
    int line_;
    std::array<UniqueFd, StandardDescriptors::kCount> all_;
};

int close_flag(const FrozenDescriptor& descriptor)
{
    return descriptor.close_on_exec ? O_CLOEXEC : 0;
}

void restore_standard(const FrozenDescriptor& descriptor, const Standard& standard)
{
    const int number = static_cast<int>(descriptor.number);
    const int source = standard.at(*descriptor.standard);
    if (source < 0) refuse(descriptor, fmt::format("descriptor {} is closed", *descriptor.standard), EBADF);
    must(descriptor, "dup3", host_call(SYS_dup3, source, number, close_flag(descriptor)));
    if ((descriptor.flags & O_NONBLOCK) == 0) return;
    const int flags = must(descriptor, "F_GETFL", host_call(SYS_fcntl, number, F_GETFL));
    must(descriptor, "O_NONBLOCK", host_call(SYS_fcntl, number, F_SETFL, flags | O_NONBLOCK));
}

void restore_one(Thread& thread, const FrozenDescriptor& descriptor, std::span<const FrozenDescriptor> all,
                 const Standard& standard)
{
    Process& process = thread.process;
    const int number = static_cast<int>(descriptor.number);
    if (descriptor.same_as)
        must(descriptor, "dup3", host_call(SYS_dup3, static_cast<int>(*descriptor.same_as), number, close_flag(descriptor)));
    if (descriptor.standard) restore_standard(descriptor, standard);
    if (descriptor.file) restore_file(thread, descriptor);
    if (descriptor.pipe && descriptor.pipe->object == descriptor.number) restore_pipe(process, descriptor, all);
    if (descriptor.memory && descriptor.memory->object == descriptor.number) restore_memory(process, descriptor, all);
    if (descriptor.event) restore_event(descriptor);
    if (descriptor.timer) restore_timer(descriptor);
    if (descriptor.signals) restore_signals(process, descriptor);
    if (descriptor.epoll) restore_epoll(descriptor);
}

/// Nothing interrupts what is opened; what the thread is to attend to, it does when it runs.
class Undisturbed {
public:
    explicit Undisturbed(Thread& thread) : thread_{thread}, later_{thread.attended()} {}
    ~Undisturbed()
    {
        if (later_) thread_.attend();
    }
    Undisturbed(const Undisturbed&) = delete;
    Undisturbed& operator=(const Undisturbed&) = delete;

private:
    Thread& thread_;
    bool later_;
};

}  // namespace

void refuse(const FrozenDescriptor& descriptor, std::string_view problem, int error)
{
    throw Error{"thaw", error, fmt::format("{}: {}", describe(descriptor), problem)};
}

int must(const FrozenDescriptor& descriptor, std::string_view doing, Result result)
{
    if (failed(result)) refuse(descriptor, fmt::format("{} is refused", doing), static_cast<int>(-result));
    return static_cast<int>(result);
}

void place(const FrozenDescriptor& descriptor, UniqueFd made)
{
    const int number = static_cast<int>(descriptor.number);
    if (made.get() != number) {
        must(descriptor, "dup3", host_call(SYS_dup3, made.get(), number, close_flag(descriptor)));
        return;
    }
    must(descriptor, "F_SETFD", host_call(SYS_fcntl, number, F_SETFD, descriptor.close_on_exec ? FD_CLOEXEC : 0));
    (void)made.release();
}

UniqueFd opened_again(const Process& process, const FrozenDescriptor& descriptor, int above)
{
    const std::uint64_t access = descriptor.flags & O_ACCMODE;
    const Result opened = open_beneath(process.files.proc(), beneath_proc(above).c_str(), access | O_CLOEXEC | kLargeFile, 0);
    UniqueFd fd{must(descriptor, "openat2", opened)};
    must(descriptor, "F_SETFL", host_call(SYS_fcntl, fd.get(), F_SETFL, descriptor.flags));
    return fd;
}

void restore_descriptors(Thread& thread, std::span<const FrozenDescriptor> descriptors)
{
    const int line = thread.process.descriptor_line;
    check_descriptors(descriptors, line);
    const Undisturbed undisturbed{thread};
    const Standard standard{line};
    try {
        close_all(line);
        for (const FrozenDescriptor& descriptor : descriptors) restore_one(thread, descriptor, descriptors, standard);
        for (const FrozenDescriptor& descriptor : descriptors)
            if (descriptor.epoll) restore_watches(descriptor);
    } catch (...) {
        standard.give_back();
        throw;
    }
}

}  // namespace husk::program
