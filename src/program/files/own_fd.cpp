#include "program/files/own_fd.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/syscall.h>

#include <array>
#include <climits>

namespace husk::program {

Result open_beneath(int at, const char* path, std::uint64_t flags, std::uint64_t resolve, std::uint64_t mode)
{
    // With RESOLVE_BENEATH the kernel answers EAGAIN when a rename anywhere in the system came between; the next try is as good.
    constexpr int kTries = 64;
    const open_how how{.flags = flags, .mode = mode, .resolve = resolve};
    Result result = -EAGAIN;
    for (int i = 0; i < kTries && result == -EAGAIN; ++i) result = host_call(SYS_openat2, at, path, &how, sizeof how);
    return result;
}

tl::expected<UniqueFd, int> look(int at, const char* path, std::uint64_t more_flags)
{
    const Result fd = open_beneath(at, path, O_PATH | O_CLOEXEC | more_flags, kNoLinks);
    if (failed(fd)) return tl::unexpected{static_cast<int>(-fd)};
    return UniqueFd{static_cast<int>(fd)};
}

UniqueFd moved_above(UniqueFd fd, int line)
{
    auto copy = copied_above(fd.get(), line);
    if (!copy) throw Error{"fcntl", copy.error(), "F_DUPFD_CLOEXEC: is RLIMIT_NOFILE above " + std::to_string(line) + "?"};
    return *std::move(copy);
}

tl::expected<UniqueFd, int> copied_above(int fd, int line)
{
    const Result copy = host_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, line);
    if (failed(copy)) return tl::unexpected{static_cast<int>(-copy)};
    return UniqueFd{static_cast<int>(copy)};
}

std::string beneath_proc(int fd)
{
    return std::to_string(fd);
}

Result open_to_read(int proc, int fd)
{
    constexpr std::uint64_t kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | kLargeFile;
    return open_beneath(proc, beneath_proc(fd).c_str(), kFlags, 0);
}

std::string host_path(int proc, int fd)
{
    return link_text(proc, beneath_proc(fd).c_str()).value_or("");
}

tl::expected<std::string, int> link_text(int fd, const char* name)
{
    std::array<char, PATH_MAX> text{};
    const Result size = host_call(SYS_readlinkat, fd, name, text.data(), text.size());
    if (failed(size)) return tl::unexpected{static_cast<int>(-size)};
    return std::string{text.data(), static_cast<std::size_t>(size)};
}

}  // namespace husk::program
