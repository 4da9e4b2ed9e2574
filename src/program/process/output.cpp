#include "program/process/output.hpp"

#include "program/host/call.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace husk::program {

std::optional<FileIdentity> FileIdentity::of(int fd)
{
    struct stat status {};
    if (failed(host_call(SYS_fstat, fd, &status))) return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino};
}

void Output::look()
{
    if (limited_) standard_ = {FileIdentity::of(STDOUT_FILENO), FileIdentity::of(STDERR_FILENO)};
}

bool Output::counts(int fd) const
{
    if (!limited_) return false;
    const auto file = FileIdentity::of(fd);
    return file && std::ranges::find(standard_, file) != standard_.end();
}

std::uint64_t Output::take(std::uint64_t wanted)
{
    std::uint64_t left = left_.load();
    while (!left_.compare_exchange_weak(left, left - std::min(left, wanted)))
        ;
    return std::min(left, wanted);
}

}  // namespace husk::program
