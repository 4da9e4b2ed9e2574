#include "support/killed.hpp"

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>

namespace husk::test {

namespace {

[[noreturn]] void fail(const char* call)
{
    throw std::system_error{errno, std::generic_category(), call};
}

[[noreturn]] void act_traced(const std::function<void()>& act)
{
    constexpr int kThrew = 255;
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(kThrew);
    ::raise(SIGSTOP);
    try {
        act();
    } catch (const std::exception&) {
        ::_exit(kThrew);
    }
    ::_exit(0);
}

/// False if it has ended.
bool wait_for_stop(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) fail("waitpid");
    return WIFSTOPPED(status);
}

}  // namespace

bool killed_at(unsigned stop, const std::function<void()>& act)
{
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) act_traced(act);
    if (!wait_for_stop(child)) {
        errno = EPERM;
        fail("ptrace");
    }
    for (unsigned i = 0; i <= stop; ++i) {
        if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) fail("ptrace");
        if (!wait_for_stop(child)) return false;
    }
    ::kill(child, SIGKILL);
    while (wait_for_stop(child)) ::ptrace(PTRACE_CONT, child, nullptr, nullptr);
    return true;
}

}  // namespace husk::test
