#include "program/files/own_fd.hpp"
#include "program/frozen/capture.hpp"
#include "program/frozen/same_description.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <mutex>
#include <optional>

namespace husk::program {

namespace {

/// What a guest sets and the kernel keeps; FD_CLOEXEC is the descriptor's own.
constexpr int kKeptFlags = ~O_CLOEXEC;

std::vector<OpenDescriptor> list(const Process& process)
{
    std::vector<OpenDescriptor> all;
    for (int number = 0; number < process.descriptor_line; ++number) {
        const Result flags = host_call(SYS_fcntl, number, F_GETFL);
        if (failed(flags)) continue;
        OpenDescriptor open{.number = number, .flags = static_cast<int>(flags) & kKeptFlags};
        ::fstat(number, &open.status);
        open.name = host_path(process.files.proc(), number);
        open.leads = process.files.name_of(number);
        all.push_back(std::move(open));
    }
    return all;
}

/// Which of 0, 1 and 2 at the start the descriptor leads to. Where they were all the same, as on a terminal, it is the one of its
/// own number, or that which the program has put something else in the place of, as it would after saving a copy.
std::optional<std::uint32_t> standard_number(const Process& process, const OpenDescriptor& open)
{
    const StandardDescriptors& standard = process.standard;
    const auto leads_to = [&](int number, int which) {
        return standard.kept() ? standard.at(which) >= 0 && same_description(number, standard.at(which))
                               : same_description(number, which);
    };
    std::optional<std::uint32_t> found;
    for (int which = 0; which < StandardDescriptors::kCount; ++which) {
        if (!leads_to(open.number, which)) continue;
        const auto number = static_cast<std::uint32_t>(which);
        if (which == open.number) return number;
        const bool moved = standard.kept() && !leads_to(which, which);
        if (!found || moved) found = number;
    }
    return found;
}

/// O_NONBLOCK, if the program has set it.
std::uint32_t changed_flags(const Process& process, const OpenDescriptor& open, std::uint32_t which)
{
    const int before = process.standard.kept() ? process.standard.flags(static_cast<int>(which)) : 0;
    return static_cast<std::uint32_t>(open.flags & ~before & O_NONBLOCK);
}

std::string capture_kind(Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into)
{
    const auto type = open.status.st_mode & S_IFMT;
    if (S_ISSOCK(type)) return "connections do not outlive their program";
    if (open.name == "anon_inode:[eventfd]") return capture_event(capture, open, into);
    if (open.name == "anon_inode:[timerfd]") return capture_timer(capture, open, into);
    if (open.name == "anon_inode:[eventpoll]") return capture_epoll(capture, open, into);
    if (open.name == "anon_inode:inotify") return "what it watches is bound to this host's files";
    if (open.name.starts_with("anon_inode:")) return "Husk does not know what state it has";
    if (!capture.info(open).values("lock").empty()) return "it holds a lock, which many thaws cannot hold at once";
    if (S_ISFIFO(type) && open.name.starts_with("pipe:")) {
        const bool signals = capture.process.signals.descriptors.has(open.number);
        return signals ? capture_signals(capture, open, into) : capture_pipe(capture, open, into);
    }
    const bool nameless = S_ISREG(type) && (open.status.st_nlink == 0 || open.name.starts_with("/memfd:"));
    return nameless ? capture_memory(capture, open, into) : capture_file(capture, open, into);
}

/// "descriptor 5, a socket"
std::string what(const OpenDescriptor& open)
{
    const auto type = open.status.st_mode & S_IFMT;
    std::string_view kind;
    if (S_ISSOCK(type)) kind = "a socket";
    if (S_ISFIFO(type)) kind = open.name.starts_with("pipe:") ? "a pipe" : "a FIFO";
    if (S_ISDIR(type)) kind = "a folder";
    if (S_ISREG(type)) kind = "a file";
    if (S_ISCHR(type)) kind = "a device";
    if (S_ISBLK(type)) kind = "a block device";
    if (open.name == "anon_inode:inotify") kind = "an inotify instance";
    if (open.name == "anon_inode:[eventpoll]") kind = "an epoll instance";
    if (kind.empty()) return fmt::format("descriptor {}, {}", open.number, open.leads);
    return fmt::format("descriptor {}, {} ({})", open.number, kind, open.leads);
}

/// Nothing if it is refused, and `why` says why.
std::optional<FrozenDescriptor> capture_one(Capture& capture, const OpenDescriptor& open, std::string& why)
{
    FrozenDescriptor into{.number = static_cast<std::uint32_t>(open.number),
                          .close_on_exec = host_call(SYS_fcntl, open.number, F_GETFD) == FD_CLOEXEC,
                          .flags = static_cast<std::uint32_t>(open.flags)};
    if (const auto which = standard_number(capture.process, open)) {
        into.standard = which;
        into.flags = changed_flags(capture.process, open, *which);
        return into;
    }
    const bool place = S_ISREG(open.status.st_mode) || S_ISDIR(open.status.st_mode);
    if (place && !open.reference()) into.offset = static_cast<std::uint64_t>(host_call(SYS_lseek, open.number, 0, SEEK_CUR));
    why = capture_kind(capture, open, into);
    if (!why.empty()) return std::nullopt;
    return into;
}

}  // namespace

std::uint32_t Capture::object(const OpenDescriptor& open) const
{
    const auto first = std::ranges::find_if(all, [&](const OpenDescriptor& other) { return other.same_file(open); });
    return static_cast<std::uint32_t>(first->number);
}

std::string Capture::take_room(std::uint64_t bytes)
{
    if (bytes > room) return fmt::format("it has {} bytes, and of all that has no name {} at most are kept", bytes, kMostKept);
    room -= bytes;
    return {};
}

std::vector<FrozenDescriptor> capture_descriptors(Process& process, std::vector<NotFreezable>& refusals)
{
    const std::unique_lock alone{process.descriptors};
    const std::vector<OpenDescriptor> all = list(process);
    Capture capture{.process = process, .all = all};
    std::vector<FrozenDescriptor> captured;
    std::vector<const OpenDescriptor*> seen;
    for (const OpenDescriptor& open : all) {
        const auto original = std::ranges::find_if(seen, [&](const OpenDescriptor* other) {
            return other->same_file(open) && other->flags == open.flags && same_description(other->number, open.number);
        });
        std::string why;
        std::optional<FrozenDescriptor> one;
        if (original != seen.end() && !standard_number(process, open)) {
            one = FrozenDescriptor{.number = static_cast<std::uint32_t>(open.number),
                                   .close_on_exec = host_call(SYS_fcntl, open.number, F_GETFD) == FD_CLOEXEC,
                                   .same_as = static_cast<std::uint32_t>((*original)->number)};
        } else {
            seen.push_back(&open);
            one = capture_one(capture, open, why);
        }
        if (one)
            captured.push_back(*std::move(one));
        else
            refusals.push_back({.what = what(open), .why = std::move(why)});
    }
    return captured;
}

}  // namespace husk::program
