#include "process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace husk::bench {
namespace {

std::vector<char*> pointers(const Command& command)
{
    std::vector<char*> all;
    for (const std::string& argument : command) all.push_back(const_cast<char*>(argument.c_str()));
    all.push_back(nullptr);
    return all;
}

void need_success(const Command& command, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    throw std::runtime_error(fmt::format("{} ended with wait status {:#x}", fmt::join(command, " "), status));
}

[[noreturn]] void fail(const char* call)
{
    throw std::system_error(errno, std::generic_category(), call);
}

/// Where the child's standard output goes: /dev/null, or a descriptor; and where its input comes from, if that is a file.
class Output {
public:
    Output()
    {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    }
    explicit Output(int fd)
    {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, fd, STDOUT_FILENO);
    }
    Output(int fd, const std::string& input) : Output{fd}
    {
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    }
    ~Output() { posix_spawn_file_actions_destroy(&actions_); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

pid_t spawn(const Command& command, const Output& output)
{
    const auto arguments = pointers(command);
    pid_t child = 0;
    if (const int error = posix_spawn(&child, arguments[0], output.get(), nullptr, arguments.data(), environ); error != 0)
        throw std::system_error(error, std::generic_category(), command.front());
    return child;
}

int wait_for(pid_t child)
{
    int status = 0;
    if (waitpid(child, &status, 0) < 0) fail("waitpid");
    return status;
}

/// Reads once, and adds it; false at the end.
bool more(int fd, std::string& text)
{
    std::array<char, 4096> piece{};
    const ssize_t got = read(fd, piece.data(), piece.size());
    if (got > 0) text.append(piece.data(), static_cast<std::size_t>(got));
    return got > 0;
}

/// The child of peak_resident: stops itself at exec, for its parent to follow.
[[noreturn]] void become_traced(char* const* arguments)
{
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    execv(arguments[0], arguments);
    _exit(127);
}

double high_water_mark(pid_t process)
{
    std::ifstream file{fmt::format("/proc/{}/status", process)};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6));
    throw std::runtime_error("no VmHWM in /proc/PID/status");
}

}  // namespace

std::chrono::nanoseconds run_process(const Command& command)
{
    static const Output quiet;
    const auto begin = std::chrono::steady_clock::now();
    const int status = wait_for(spawn(command, quiet));
    const auto took = std::chrono::steady_clock::now() - begin;

    need_success(command, status);
    return took;
}

std::string output_of(const Command& command)
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
    const pid_t child = spawn(command, Output{ends[1]});
    close(ends[1]);
    std::string output;
    while (more(ends[0], output)) {
    }
    close(ends[0]);
    need_success(command, wait_for(child));
    return output;
}

std::chrono::nanoseconds first_output(const Command& command, const std::string& input, const std::string& wanted)
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
    const Output output{ends[1], input};
    std::string text;
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = spawn(command, output);
    close(ends[1]);
    (void)more(ends[0], text);
    const auto took = std::chrono::steady_clock::now() - begin;
    while (more(ends[0], text)) {
    }
    close(ends[0]);
    need_success(command, wait_for(child));
    if (text != wanted) throw std::runtime_error(fmt::format("{} wrote {}", fmt::join(command, " "), text));
    return took;
}

// Not ru_maxrss: exec(2) keeps the mark of the memory it replaces, so it would tell the size of this benchmark.
double peak_resident(const Command& command)
{
    const auto arguments = pointers(command);
    const pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) become_traced(arguments.data());

    int status = 0;
    if (waitpid(child, &status, 0) < 0) fail("waitpid");
    ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
    double peak = 0;
    long signal = 0;
    while (WIFSTOPPED(status)) {
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) peak = high_water_mark(child);
        signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        ptrace(PTRACE_CONT, child, nullptr, signal);
        if (waitpid(child, &status, 0) < 0) fail("waitpid");
    }
    need_success(command, status);
    return peak;
}

}  // namespace husk::bench
