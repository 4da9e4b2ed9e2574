#include "base/unique_fd.hpp"
#include "program/frozen/capture.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <system_error>

// Pipes, and signalfds, which are pipes of Husk's. What is in them is copied without being taken out.
namespace husk::program {

namespace {

/// True if the end that `open` is not is nobody's any more.
bool alone(const OpenDescriptor& open)
{
    pollfd asked{.fd = open.number, .events = 0, .revents = 0};
    const timespec now{};
    host_call(SYS_ppoll, &asked, 1, &now, 0, 0);
    return (asked.revents & (POLLHUP | POLLERR)) != 0;
}

std::string other_end_problem(const Capture& capture, const OpenDescriptor& open)
{
    const bool all_ends =
        std::ranges::any_of(capture.all, [&](const auto& other) { return other.same_file(open) && other.reads(); }) &&
        std::ranges::any_of(capture.all, [&](const auto& other) { return other.same_file(open) && other.writes(); });
    return all_ends || alone(open) ? "" : "its other end is not the program's";
}

/// What waits in the pipe that `reader` reads, of `capacity` bytes.
std::string copy_content(Capture& capture, int reader, std::uint64_t capacity, std::vector<std::byte>& content)
{
    int waiting = 0;
    if (const Result asked = host_call(SYS_ioctl, reader, FIONREAD, &waiting); failed(asked) || waiting == 0) return {};
    if (auto problem = capture.take_room(static_cast<std::uint64_t>(waiting)); !problem.empty()) return problem;
    int ends[2] = {-1, -1};
    if (const Result made = host_call(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK); failed(made))
        return std::generic_category().message(static_cast<int>(-made));
    const UniqueFd from{ends[0]}, to{ends[1]};
    host_call(SYS_fcntl, to.get(), F_SETPIPE_SZ, capacity);
    content.resize(static_cast<std::size_t>(waiting));
    const Result copied = host_call(SYS_tee, reader, to.get(), content.size(), SPLICE_F_NONBLOCK);
    std::size_t done = 0;
    for (Result got = copied; got > 0 && done < content.size();) {
        got = host_call(SYS_read, from.get(), content.data() + done, content.size() - done);
        done += static_cast<std::size_t>(std::max<Result>(got, 0));
    }
    return done == content.size() ? "" : fmt::format("of {} bytes that wait in it {} can be read", waiting, done);
}

}  // namespace

std::string capture_pipe(Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into)
{
    if (auto problem = other_end_problem(capture, open); !problem.empty()) return problem;
    FrozenPipe& pipe = into.pipe.emplace(FrozenPipe{
        .object = capture.object(open), .capacity = static_cast<std::uint64_t>(host_call(SYS_fcntl, open.number, F_GETPIPE_SZ))});
    if (pipe.object != into.number) return {};
    const auto reader =
        std::ranges::find_if(capture.all, [&](const auto& other) { return other.same_file(open) && other.reads(); });
    if (reader == capture.all.end()) return {};  // nobody will ever read it
    auto problem = copy_content(capture, reader->number, pipe.capacity, pipe.content);
    const bool packets =
        std::ranges::any_of(capture.all, [&](const auto& other) { return other.same_file(open) && (other.flags & O_DIRECT) != 0; });
    if (problem.empty() && packets && !pipe.content.empty()) return "packets (O_DIRECT) wait in it";
    return problem;
}

std::string capture_signals(Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into)
{
    if (capture.object(open) != into.number) return "it was opened a second time through /proc";
    const auto mask = capture.process.signals.descriptors.mask_of(open.number);
    FrozenSignals& signals = into.signals.emplace(FrozenSignals{.mask = mask.value_or(SignalSet{}).word()});
    const Result capacity = host_call(SYS_fcntl, open.number, F_GETPIPE_SZ);
    return copy_content(capture, open.number, static_cast<std::uint64_t>(capacity), signals.records);
}

}  // namespace husk::program
