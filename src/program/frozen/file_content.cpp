#include "program/frozen/file_content.hpp"

#include "program/host/call.hpp"

#include <sys/syscall.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>

namespace husk::program {

tl::expected<std::uint64_t, int> hash_of(int fd, std::uint64_t size)
{
    constexpr std::uint64_t kPiece = 256U << 10;
    std::vector<std::byte> piece(static_cast<std::size_t>(std::min(size, kPiece)));
    XXH64_state_t state;
    XXH64_reset(&state, 0);
    for (std::uint64_t at = 0; at < size;) {
        const Result got = host_call(SYS_pread64, fd, piece.data(), std::min<std::uint64_t>(piece.size(), size - at), at);
        if (failed(got)) return tl::unexpected{static_cast<int>(-got)};
        if (got == 0) break;
        XXH64_update(&state, piece.data(), static_cast<std::size_t>(got));
        at += static_cast<std::uint64_t>(got);
    }
    return XXH64_digest(&state);
}

tl::expected<std::vector<std::byte>, int> bytes_of(int fd, std::uint64_t size)
{
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    std::size_t done = 0;
    while (done < bytes.size()) {
        const Result got = host_call(SYS_pread64, fd, bytes.data() + done, bytes.size() - done, done);
        if (failed(got)) return tl::unexpected{static_cast<int>(-got)};
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

int put_bytes(int fd, std::span<const std::byte> bytes)
{
    for (std::size_t done = 0; done < bytes.size();) {
        const Result wrote = host_call(SYS_pwrite64, fd, bytes.data() + done, bytes.size() - done, done);
        if (failed(wrote)) return static_cast<int>(-wrote);
        if (wrote == 0) return EIO;
        done += static_cast<std::size_t>(wrote);
    }
    return 0;
}

}  // namespace husk::program
