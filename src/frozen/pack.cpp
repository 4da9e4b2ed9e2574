#include "base/file_bytes.hpp"
#include "frozen/packed_memory.hpp"
#include "memory/copy_memory.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <zstd.h>

#include <array>
#include <cerrno>

namespace husk::frozen {

namespace {

constexpr int kLevel = 9;  // for shipping: written once, at some 50 MB a second

struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

/// Compresses into a file as it is fed.
class Packer {
public:
    Packer(int fd, std::uint64_t offset) : context_{ZSTD_createCCtx()}, fd_{fd}, begin_{offset}, at_{offset}
    {
        if (!context_) throw Error{"ZSTD_createCCtx", ENOMEM};
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel);
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
    }

    void put(std::span<const std::byte> bytes) { feed(bytes, ZSTD_e_continue); }
    void put_record(std::uint64_t offset, std::uint64_t size)
    {
        const std::array<std::uint64_t, 2> head{offset, size};
        put(std::as_bytes(std::span{head}));
    }
    std::uint64_t finish()
    {
        feed({}, ZSTD_e_end);
        return at_ - begin_;
    }

private:
    void feed(std::span<const std::byte> bytes, ZSTD_EndDirective how)
    {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        for (std::size_t left = 1; how == ZSTD_e_end ? left != 0 : in.pos < in.size;) {
            ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
            left = ZSTD_compressStream2(context_.get(), &out, &in, how);
            if (ZSTD_isError(left) != 0) throw Error{"ZSTD_compressStream2", ENOMEM, ZSTD_getErrorName(left)};
            write_exactly(fd_, at_, std::span{buffer_}.first(out.pos), "write of a frozen file");
            at_ += out.pos;
        }
    }

    std::unique_ptr<ZSTD_CCtx, Free> context_;
    std::vector<std::byte> buffer_ = std::vector<std::byte>(ZSTD_CStreamOutSize());
    int fd_;
    std::uint64_t begin_, at_;
};

}  // namespace

std::uint64_t pack(const MemoryImage& image, int fd, std::uint64_t offset)
{
    Packer packer{fd, offset};
    for_each_piece(image, [&](std::uint64_t at, std::span<const std::byte> piece) {
        packer.put_record(at, piece.size());
        packer.put(piece);
    });
    packer.put_record(total_size(image.regions()), 0);
    return packer.finish();
}

}  // namespace husk::frozen
