#include "support/confined.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <system_error>

namespace husk::test {

namespace {

constexpr int kThrew = 255;

int result_of(const std::function<int()>& act)
{
    try {
        return act();
    } catch (const std::exception&) {
        return kThrew;
    }
}

}  // namespace

ChildEnd in_child(const std::function<int()>& act)
{
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error{errno, std::generic_category(), "fork"};
    if (child == 0) ::_exit(result_of(act));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) throw std::system_error{errno, std::generic_category(), "waitpid"};
    if (WIFSIGNALED(status)) return {.status = -1, .signal = WTERMSIG(status)};
    return {.status = WEXITSTATUS(status), .signal = 0};
}

ChildEnd confined(const std::vector<program::Reachable>& reachable, const std::function<int()>& act)
{
    return in_child([&] {
        program::confine({.reachable = reachable});
        return act();
    });
}

std::string missing_here()
{
    static const std::string missing = [] {
        constexpr std::array kParts{"no-new-privileges", "Landlock", "seccomp"};
        const ChildEnd end = in_child([] {
            const auto report = program::confine({});
            return (report.no_new_privileges.on ? 1 : 0) | (report.landlock.on ? 2 : 0) | (report.seccomp.on ? 4 : 0);
        });
        if (end.signal != 0) return "signal " + std::to_string(end.signal);
        std::string names;
        for (std::size_t i = 0; i < kParts.size(); ++i)
            if ((static_cast<unsigned>(end.status) >> i & 1) == 0) names += std::string{" no "} + kParts.at(i);
        return names.empty() ? names : "this host has" + names;
    }();
    return missing;
}

int try_open(const std::string& path, int flags)
{
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    const long opened = ::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how);
    if (opened < 0) return errno;
    ::close(static_cast<int>(opened));
    return 0;
}

int error_of_call(long result)
{
    return result < 0 ? errno : 0;
}

}  // namespace husk::test
