#include "support/command.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

namespace husk::test {
namespace {

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

std::string drain(int fd)
{
    std::string text;
    std::array<char, 4096> chunk{};
    for (ssize_t size = 0; (size = ::read(fd, chunk.data(), chunk.size())) > 0;)
        text.append(chunk.data(), static_cast<std::size_t>(size));
    return text;
}

void feed(UniqueFd to, std::string_view input)
{
    while (!input.empty()) {
        const ssize_t size = ::write(to.get(), input.data(), input.size());
        if (size <= 0) return;  // the command has closed its end
        input.remove_prefix(static_cast<std::size_t>(size));
    }
}

}  // namespace

Finished run_husk(const std::vector<std::string>& arguments, std::string_view input)
{
    std::signal(SIGPIPE, SIG_IGN);
    Pipe in, out, err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.read.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.write.get(), STDERR_FILENO);
    // The command starts with SIGPIPE as a shell would leave it.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

    std::string command = HUSK_COMMAND;
    std::vector<std::string> words = arguments;
    std::vector<char*> argv{command.data()};
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t child = -1;
    const int error = ::posix_spawn(&child, command.c_str(), &actions, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) throw std::system_error{error, std::generic_category(), "posix_spawn " + command};

    in.read = UniqueFd{};
    out.write = UniqueFd{};
    err.write = UniqueFd{};
    Finished finished;
    std::thread feeder{feed, std::move(in.write), input};
    std::thread listener{[&] { finished.err = drain(err.read.get()); }};
    finished.out = drain(out.read.get());
    listener.join();
    feeder.join();
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    finished.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return finished;
}

}  // namespace husk::test
