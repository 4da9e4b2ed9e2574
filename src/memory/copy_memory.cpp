#include "memory/copy_memory.hpp"

#include "base/file_bytes.hpp"
#include "base/pages.hpp"
#include "memory/written_pages.hpp"

#include <husk/error.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace husk {

namespace {

constexpr std::string_view kWrite = "write of a memory image";

}  // namespace

void write_sparse(int fd, std::uint64_t offset, std::span<const std::byte> run)
{
    std::size_t begin = 0;
    const auto write_until = [&](std::size_t end) {
        if (end > begin) write_exactly(fd, offset + begin, run.subspan(begin, end - begin), kWrite);
    };
    for (std::size_t at = 0; at < run.size(); at += kPageSize) {
        if (!all_zero(run.subspan(at, kPageSize))) continue;
        write_until(at);
        begin = at + kPageSize;
    }
    write_until(run.size());
}

std::uint64_t total_size(std::span<const MemoryRegion> regions)
{
    std::uint64_t sum = 0;
    for (const auto& region : regions) sum += region.size;
    return sum;
}

void for_each_extent(int fd, std::uint64_t begin, std::uint64_t end,
                     const std::function<void(std::uint64_t from, std::uint64_t to)>& visit)
{
    for (std::uint64_t at = begin; at < end;) {
        const off_t data = ::lseek(fd, static_cast<off_t>(at), SEEK_DATA);
        if (data < 0 && errno == ENXIO) return;  // nothing but a hole is left
        if (data < 0) throw Error{"SEEK_DATA in a memory image", errno};
        const off_t hole = ::lseek(fd, data, SEEK_HOLE);
        if (hole < 0) throw Error{"SEEK_HOLE in a memory image", errno};
        const std::uint64_t from = std::max(at, static_cast<std::uint64_t>(data) / kPageSize * kPageSize);
        at = std::min(end, page_up(static_cast<std::uint64_t>(hole)));
        if (from < at) visit(from, at);
    }
}

void for_each_piece(const MemoryImage& image, const std::function<void(std::uint64_t, std::span<const std::byte>)>& use,
                    std::uint64_t begin)
{
    std::vector<std::byte> buffer(kLargestPiece);
    for_each_extent(image.descriptor(), image.offset(), image.offset() + total_size(image.regions()),
                    [&](std::uint64_t at, std::uint64_t to) {
                        while (at < to) {
                            const std::uint64_t room = kLargestPiece - (begin + at - image.offset()) % kLargestPiece;
                            const auto piece = std::span{buffer}.first(static_cast<std::size_t>(std::min(room, to - at)));
                            read_exactly(image.descriptor(), at, piece, "read of a memory image");
                            use(at - image.offset(), piece);
                            at += piece.size();
                        }
                    });
}

void copy_image(const MemoryImage& image, int fd, std::uint64_t offset)
{
    for_each_piece(
        image, [&](std::uint64_t at, std::span<const std::byte> piece) { write_exactly(fd, offset + at, piece, kWrite); }, offset);
}

void copy_memory(const GuestMemory& memory, int fd, std::uint64_t offset)
{
    if (memory.image()) copy_image(*memory.image(), fd, offset);
    for (const auto& [spec, host] : memory.regions()) {
        for (const std::span<std::byte> run : written_pages(host)) {
            const std::uint64_t to = offset + static_cast<std::uint64_t>(run.data() - host.data());
            if (memory.image())
                write_exactly(fd, to, run, kWrite);  // zeroes too: the image may have had something else there
            else
                write_sparse(fd, to, run);
        }
        offset += spec.size;
    }
}

}  // namespace husk
