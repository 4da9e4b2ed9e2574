#include "base/file_bytes.hpp"

#include <husk/error.hpp>

#include <unistd.h>

#include <cerrno>

namespace husk {

void read_exactly(int fd, std::uint64_t offset, std::span<std::byte> into, std::string_view what)
{
    while (!into.empty()) {
        const auto got = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error{what, errno};
        if (got == 0) throw Error{what, EIO, "it ends before it should: did somebody cut it short?"};
        into = into.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
}

void write_exactly(int fd, std::uint64_t offset, std::span<const std::byte> from, std::string_view what)
{
    while (!from.empty()) {
        const auto put = ::pwrite(fd, from.data(), from.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw Error{what, errno};
        from = from.subspan(static_cast<std::size_t>(put));
        offset += static_cast<std::uint64_t>(put);
    }
}

}  // namespace husk
