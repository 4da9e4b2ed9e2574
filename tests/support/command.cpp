#include "support/command.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
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

pid_t spawn(std::string command, std::vector<std::string> words, int in, int out, int err)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    // The command starts with SIGPIPE as a shell would leave it.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

    std::vector<char*> argv{command.data()};
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t child = -1;
    const int error = ::posix_spawn(&child, command.c_str(), &actions, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) throw std::system_error{error, std::generic_category(), "posix_spawn " + command};
    return child;
}

int wait_for(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Running::Running(const std::vector<std::string>& arguments, int input, const char* command)
{
    std::signal(SIGPIPE, SIG_IGN);
    const UniqueFd empty{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    Pipe out, err;
    child_ = spawn(command, arguments, input >= 0 ? input : empty.get(), out.write.get(), err.write.get());
    out_ = std::move(out.read);
    listener_ = std::thread{[this, from = std::move(err.read)] { err_ = drain(from.get()); }};
}

Running::~Running()
{
    if (child_ < 0) return;
    send(SIGKILL);
    wait();
}

std::string Running::read(std::size_t count)
{
    std::string text(count, '\0');
    std::size_t have = 0;
    while (have < count) {
        const ssize_t size = ::read(out_.get(), text.data() + have, count - have);
        if (size <= 0) break;
        have += static_cast<std::size_t>(size);
    }
    text.resize(have);
    return text;
}

void Running::send(int signal) const
{
    ::kill(child_, signal);
}

Finished Running::wait()
{
    Finished finished;
    if (out_) finished.out = drain(out_.get());
    listener_.join();
    finished.err = std::move(err_);
    finished.status = wait_for(std::exchange(child_, -1));
    return finished;
}

Finished run_husk(const std::vector<std::string>& arguments, std::string_view input)
{
    Pipe in;
    Running running{arguments, in.read.get()};
    in.read = UniqueFd{};
    std::thread feeder{feed, std::move(in.write), input};
    Finished finished = running.wait();
    feeder.join();
    return finished;
}

Finished run_husk_without_soft(const std::vector<std::string>& arguments)
{
    return Running{arguments, -1, HUSK_COMMAND_WITHOUT_SOFT}.wait();
}

std::string why_no_programs(const std::vector<std::string>& options)
{
    std::vector<std::string> words{"run"};
    words.insert(words.end(), options.begin(), options.end());
    words.emplace_back("/bin/true");
    const Finished plain = run_husk(words);
    return plain.status == 0 ? "" : "this host runs no programs: " + plain.err;
}

}  // namespace husk::test
