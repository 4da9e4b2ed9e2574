#include "program/calls/vectors.hpp"

#include "program/process/process.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>

namespace husk::program {

namespace {
constexpr std::uint64_t kMostBuffers = 1024;            // UIO_MAXIOV
constexpr std::uint64_t kMostTransferred = 0x7FFFF000;  // MAX_RW_COUNT: read(2), "Notes"
}  // namespace

tl::expected<Vectors, Result> Vectors::copy(Thread& thread, GuestVirt at, std::uint64_t count)
{
    if (count > kMostBuffers) return tl::unexpected{Result{-EINVAL}};
    const UserMemory& memory = thread.process.memory;
    auto buffers = memory.get_array<iovec>(at, count);
    if (!buffers) return tl::unexpected{Result{-EFAULT}};
    const auto negative = [](const iovec& buffer) { return buffer.iov_len > std::numeric_limits<std::int64_t>::max(); };
    if (std::ranges::any_of(*buffers, negative)) return tl::unexpected{Result{-EINVAL}};
    for (iovec& buffer : *buffers) {
        if (buffer.iov_len == 0) buffer.iov_base = nullptr;  // may be anything
        const auto host = memory.host_or_null({host::word(buffer.iov_base)}, buffer.iov_len);
        if (!host) return tl::unexpected{Result{-EFAULT}};
        buffer.iov_base = std::bit_cast<void*>(*host);
    }
    Vectors vectors;
    vectors.buffers_ = std::move(*buffers);
    return vectors;
}

std::uint64_t Vectors::bytes() const
{
    std::uint64_t bytes = 0;
    for (const iovec& buffer : buffers_) bytes = std::min(kMostTransferred, bytes + std::min(buffer.iov_len, kMostTransferred));
    return bytes;
}

void Vectors::shorten(std::uint64_t bytes)
{
    for (iovec& buffer : buffers_) {
        buffer.iov_len = std::min(buffer.iov_len, bytes);
        bytes -= buffer.iov_len;
    }
}

}  // namespace husk::program
