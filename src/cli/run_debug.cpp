#include "cli/run_debug.hpp"

#include "program/descriptors.hpp"
#include "program/files/own_fd.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>
#include <variant>

namespace husk::cli {

namespace {

/// In a process that has nothing else to do.
[[noreturn]] void remove_when_closed(int alive, const std::string& path)
{
    sigset_t all;
    sigfillset(&all);
    (void)::sigprocmask(SIG_BLOCK, &all, nullptr);
    // What others wait for the end of is not this process's to hold open.
    const auto mine = static_cast<unsigned>(alive);
    if (mine > 0) (void)::close_range(0, mine - 1, 0);
    (void)::close_range(mine + 1, ~0u, 0);
    char byte = 0;
    while (::read(alive, &byte, 1) < 0 && errno == EINTR) {
    }
    (void)::unlink(path.c_str());
    ::_exit(0);
}

}  // namespace

RemovedAtEnd::RemovedAtEnd(const std::string& path, int line)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error{"pipe2", errno};
    UniqueFd waiting{ends[0]};
    alive_ = program::moved_above(UniqueFd{ends[1]}, line);
    const pid_t child = ::fork();
    if (child < 0) throw Error{"fork", errno};
    if (child == 0) {
        alive_ = UniqueFd{};
        remove_when_closed(waiting.get(), path);
    }
}

RunDebug::RunDebug(const debug::gdb::Address& address, const RunOptions& options, const OwnFiles& files) : errors_{files.errors}
{
    const int line = program::descriptor_line(options.program.limits);
    listener_.emplace(address);
    // A program that is thawed takes all numbers below.
    listener_->keep_above(line);
    if (const auto* const local = std::get_if<debug::gdb::UnixAddress>(&address)) {
        socket_.emplace(local->path, line);
        listener_->leave_path();
    }
}

void RunDebug::attach(Program& program)
{
    const auto say = [this](const std::string& line) { errors_.write(fmt::format("husk: {}\n", line)); };
    debugging_.emplace(program, *listener_, say);
    if (!listener_->is_local()) say("gdb: other machines can reach this port: whoever connects has the program in hand");
    say(fmt::format("gdb: waiting at {}", listener_->name()));
}

}  // namespace husk::cli
