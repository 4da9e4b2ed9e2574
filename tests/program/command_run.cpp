#include "program/command_run.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <system_error>

namespace husk::test {
namespace {

// Far more than any of them takes: a guest that hangs must not hang the tests.
constexpr std::chrono::seconds kPatience{150};
constexpr std::size_t kChunk = 65536;  // bytes read at once

struct Pipe {
    Pipe()
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error{errno, std::generic_category(), "pipe2"};
        read = UniqueFd{ends[0]};
        write = UniqueFd{ends[1]};
    }
    UniqueFd read, write;
};

std::vector<char*> pointers(std::vector<std::string>& words)
{
    std::vector<char*> result;
    for (std::string& word : words) result.push_back(word.data());
    result.push_back(nullptr);
    return result;
}

/// Signals are as they are at a login: nothing blocked, nothing ignored.
void reset_signals(posix_spawnattr_t& attributes)
{
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

pid_t spawn(const Command& command, int in, int out, int err)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (!command.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    reset_signals(attributes);

    const ExecWords words{command};
    pid_t child = -1;
    const int error = ::posix_spawn(&child, command.program.c_str(), &actions, &attributes, words.arguments(), words.environment());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error{error, std::generic_category(), "posix_spawn " + command.program};
    return child;
}

/// Takes what has come from `from` to the end of `text`; closes it at its end.
void take(UniqueFd& from, std::string& text)
{
    std::array<char, kChunk> chunk{};
    const ssize_t size = ::read(from.get(), chunk.data(), chunk.size());
    if (size > 0)
        text.append(chunk.data(), static_cast<std::size_t>(size));
    else if (size == 0 || errno != EINTR)
        from = UniqueFd{};
}

/// Gives `to` what it takes of `input`; closes it when nothing is left or nobody reads.
void give(UniqueFd& to, std::string_view& input)
{
    const ssize_t size = ::write(to.get(), input.data(), input.size());
    if (size > 0) input.remove_prefix(static_cast<std::size_t>(size));
    if (input.empty() || (size < 0 && errno != EINTR && errno != EAGAIN)) to = UniqueFd{};
}

int remaining(std::chrono::steady_clock::time_point until)
{
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

/// Moves bytes until both outputs are at their end and the child is done; false if that takes too long.
bool attend(UniqueFd in, UniqueFd out, UniqueFd err, const UniqueFd& child, std::string_view input, Ended& ended)
{
    const auto until = std::chrono::steady_clock::now() + kPatience;
    if (input.empty()) in = UniqueFd{};
    bool done = false;
    while (out || err || !done) {
        const auto watched = [](const UniqueFd& fd) { return fd ? fd.get() : -1; };
        std::array<pollfd, 4> fds{{{watched(in), POLLOUT, 0},
                                   {watched(out), POLLIN, 0},
                                   {watched(err), POLLIN, 0},
                                   {done ? -1 : child.get(), POLLIN, 0}}};
        const int ready = ::poll(fds.data(), fds.size(), remaining(until));
        if (ready == 0) return false;
        if (ready < 0) continue;
        if (fds[0].revents != 0) give(in, input);
        if (fds[1].revents != 0) take(out, ended.out);
        if (fds[2].revents != 0) take(err, ended.err);
        if (fds[3].revents != 0) done = true;
    }
    return true;
}

}  // namespace

ExecWords::ExecWords(const Command& command) : words_{command.program}, variables_{command.environment}
{
    words_.insert(words_.end(), command.arguments.begin(), command.arguments.end());
    arguments_ = pointers(words_);
    environment_ = pointers(variables_);
}

Ended run(const Command& command)
{
    std::signal(SIGPIPE, SIG_IGN);
    Pipe in, out, err;
    const pid_t child = spawn(command, in.read.get(), out.write.get(), err.write.get());
    for (UniqueFd* end : {&in.read, &out.write, &err.write}) *end = UniqueFd{};
    ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
    const UniqueFd waited{static_cast<int>(::syscall(SYS_pidfd_open, child, 0))};
    if (!waited) throw std::system_error{errno, std::generic_category(), "pidfd_open"};

    Ended ended;
    ended.hung = !attend(std::move(in.write), std::move(out.read), std::move(err.read), waited, command.input, ended);
    if (ended.hung) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ended.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    ended.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return ended;
}

std::string describe(const Command& command)
{
    std::string text = command.program;
    for (const std::string& word : command.arguments) text += word.empty() ? " ''" : " " + word;
    return text;
}

}  // namespace husk::test
