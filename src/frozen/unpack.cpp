#include "base/file_bytes.hpp"
#include "base/unique_fd.hpp"
#include "frozen/packed_memory.hpp"
#include "memory/copy_memory.hpp"
#include "memory/image_file.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace husk::frozen {

namespace {

using Done = tl::expected<void, FrozenError>;

template <typename... Args>
tl::unexpected<FrozenError> bad(fmt::format_string<Args...> problem, Args&&... args)
{
    return tl::unexpected{FrozenError{"memory", std::nullopt, fmt::format(problem, std::forward<Args>(args)...)}};
}

struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// The bytes that a zstd frame in a file unpacks to, in order.
class Unpacker {
public:
    Unpacker(int fd, std::uint64_t offset, std::uint64_t end) : context_{ZSTD_createDCtx()}, fd_{fd}, at_{offset}, end_{end}
    {
        if (!context_) throw Error{"ZSTD_createDCtx", ENOMEM};
    }

    /// Fills `into`, or says why it cannot.
    Done take(std::span<std::byte> into)
    {
        for (ZSTD_outBuffer out{into.data(), into.size(), 0}; out.pos < out.size;) {
            if (complete_) return bad("its data end too early");
            if (auto good = step(out); !good) return good;
        }
        return {};
    }
    /// That there is nothing behind what was taken.
    Done finish()
    {
        std::byte more{};
        ZSTD_outBuffer out{&more, 1, 0};
        while (!complete_ && out.pos == 0)
            if (auto good = step(out); !good) return good;
        if (out.pos != 0 || in_.pos != in_.size || at_ != end_) return bad("there is something behind its data");
        return {};
    }

private:
    Done step(ZSTD_outBuffer& out)
    {
        const std::size_t before = out.pos;
        if (in_.pos == in_.size) refill();
        const bool fed = in_.pos < in_.size;
        const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in_);
        if (ZSTD_isError(left) != 0) return bad("its data cannot be unpacked: {}", ZSTD_getErrorName(left));
        complete_ = left == 0;
        if (!complete_ && !fed && out.pos == before) return bad("its data are cut short");
        return {};
    }

    void refill()
    {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), end_ - at_));
        read_exactly(fd_, at_, std::span{buffer_}.first(size), "read of a frozen file");
        at_ += size;
        in_ = {buffer_.data(), size, 0};
    }

    std::unique_ptr<ZSTD_DCtx, Free> context_;
    std::vector<std::byte> buffer_ = std::vector<std::byte>(ZSTD_DStreamInSize());
    ZSTD_inBuffer in_{nullptr, 0, 0};
    int fd_;
    std::uint64_t at_, end_;
    bool complete_ = false;
};

/// What this host could hold at most.
std::uint64_t physical_memory()
{
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Writes the records of a memory of `size` bytes to a file that is a hole.
Done unpack_records(Unpacker& from, std::uint64_t size, int to)
{
    const std::uint64_t most = physical_memory();
    std::vector<std::byte> buffer(kLargestPiece);
    std::uint64_t total = 0;
    for (std::uint64_t free_from = 0;;) {
        std::array<std::uint64_t, 2> head{};
        if (auto good = from.take(std::as_writable_bytes(std::span{head})); !good) return good;
        const auto [at, length] = head;
        if (length == 0 && at == size) return from.finish();
        if (length == 0 || at % kPageSize != 0 || length % kPageSize != 0 || at < free_from || at > size || length > size - at)
            return bad("a piece of {:#x} bytes at {:#x} does not fit in {:#x} from {:#x} on", length, at, size, free_from);
        total += length;
        if (total > most) return bad("it unpacks to more than the {} bytes of memory that this host has", most);
        free_from = at + length;
        for (std::uint64_t done = 0; done < length;) {
            const auto piece =
                std::span{buffer}.first(static_cast<std::size_t>(std::min<std::uint64_t>(kLargestPiece, length - done)));
            if (auto good = from.take(piece); !good) return good;
            write_sparse(to, at + done, piece);
            done += piece.size();
        }
    }
}

}  // namespace

tl::expected<std::shared_ptr<const MemoryImage>, FrozenError> unpack(int fd, std::uint64_t offset, std::uint64_t end,
                                                                     const std::vector<MemoryRegion>& regions)
{
    UniqueFd file = new_image_file();
    const std::uint64_t size = total_size(regions);
    if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) throw Error{"ftruncate of a memory image", errno};
    Unpacker from{fd, offset, end};
    if (auto good = unpack_records(from, size, file.get()); !good) return tl::unexpected{std::move(good.error())};
    seal_image_file(file.get());
    return std::make_shared<const MemoryImage>(file.release(), 0, regions);
}

}  // namespace husk::frozen
