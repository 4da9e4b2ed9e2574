#include "program/image/file.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace husk::program {

tl::expected<FileSource, int> FileSource::open(const std::string& path)
{
    // Before open(), and again after it, as the path may by then name another file.
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return tl::unexpected{errno};
    if (!S_ISREG(status.st_mode)) return tl::unexpected{EACCES};
    UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!fd) return tl::unexpected{errno};
    return take(std::move(fd), path);
}

tl::expected<FileSource, int> FileSource::take(UniqueFd fd, const std::string& path)
{
    struct stat status {};
    FileSource file;
    file.fd_ = std::move(fd);
    if (::fstat(file.fd_.get(), &status) != 0) return tl::unexpected{errno};
    if (!S_ISREG(status.st_mode)) return tl::unexpected{EACCES};
    file.path_ = path;
    file.size_ = static_cast<std::uint64_t>(status.st_size);
    file.device_ = status.st_dev;
    file.inode_ = status.st_ino;
    return file;
}

std::size_t FileSource::read(std::uint64_t offset, std::span<std::byte> into) const
{
    // What has been appended since it was opened is not its own, and offsets far beyond it would be errors.
    const std::uint64_t rest = size_ - std::min(offset, size_);
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(rest, into.size())));
    std::size_t done = 0;
    while (done < into.size()) {
        const auto got = ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error{"pread", errno, path_};
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

int execute_problem(const std::string& path)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return EACCES;
    return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace husk::program
