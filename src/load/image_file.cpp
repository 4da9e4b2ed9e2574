#include "base/unique_fd.hpp"

#include <husk/error.hpp>
#include <husk/image.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace husk {
namespace {

/// Its size. Anything that is not a regular file may have no end, or may act on being opened.
std::uint64_t check_regular(const struct stat& status, std::string_view call, const std::filesystem::path& path)
{
    if (S_ISDIR(status.st_mode)) throw Error{call, EISDIR, path.native()};
    if (!S_ISREG(status.st_mode))
        throw Error{call, EINVAL, fmt::format("{}: not a regular file; an image must be one", path.native())};
    return static_cast<std::uint64_t>(status.st_size);
}

void read_all(int fd, std::span<std::byte> into, const std::filesystem::path& path)
{
    while (!into.empty()) {
        const auto got = ::read(fd, into.data(), into.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error{"read", errno, path.native()};
        if (got == 0) throw Error{"read", EIO, fmt::format("{}: became shorter while it was read", path.native())};
        into = into.subspan(static_cast<std::size_t>(got));
    }
}

}  // namespace

std::vector<std::byte> read_image_file(const std::filesystem::path& path, std::uint64_t limit)
{
    // Before open(), which waits at a FIFO and can start a device; and again after it, as the path may by then name another file.
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) throw Error{"stat", errno, path.native()};
    check_regular(status, "stat", path);
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!fd) throw Error{"open", errno, path.native()};
    if (::fstat(fd.get(), &status) != 0) throw Error{"fstat", errno, path.native()};
    const auto size = check_regular(status, "fstat", path);
    if (size > limit) throw Error{"fstat", EFBIG, fmt::format("{}: {} bytes, and at most {} are read", path.native(), size, limit)};

    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    read_all(fd.get(), bytes, path);
    return bytes;
}

}  // namespace husk
