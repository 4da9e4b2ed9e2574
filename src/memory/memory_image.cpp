#include "base/unique_fd.hpp"
#include "memory/copy_memory.hpp"
#include "memory/image_file.hpp"
#include "memory/regions.hpp"

#include <husk/error.hpp>
#include <husk/memory.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace husk {

namespace {

constexpr std::uint64_t kBlock = 512;  // st_blocks counts these: stat(2)

constexpr int kUnchangeable = F_SEAL_WRITE | F_SEAL_SHRINK;

std::int64_t written(const struct stat& status)
{
    constexpr std::int64_t kSecond = 1'000'000'000;
    return status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec;
}

/// A file in memory for `size` bytes.
UniqueFd new_file(std::uint64_t size)
{
    UniqueFd fd = new_image_file();
    if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) throw Error{"ftruncate of a memory image", errno};
    return fd;
}

struct stat status_of(int fd)
{
    struct stat status {};
    if (::fstat(fd, &status) != 0) throw Error{"fstat of a memory image", errno};
    return status;
}

}  // namespace

MemoryImage::MemoryImage(int fd, std::uint64_t offset, std::vector<MemoryRegion> regions) : fd_{-1}, offset_{offset}
{
    UniqueFd owned{fd};
    regions_ = checked_regions(regions);
    if (offset % kPageSize != 0)
        throw std::invalid_argument{fmt::format("a memory image cannot begin at {:#x}: not a whole page", offset)};
    const struct stat status = status_of(owned.get());
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (offset > size || total_size(regions_) > size - offset)
        throw Error{"a memory image", EIO,
                    fmt::format("the file has {:#x} bytes, and its memory ends at {:#x}", size, offset + total_size(regions_))};
    const int seals = ::fcntl(owned.get(), F_GET_SEALS);
    sealed_ = seals >= 0 && (seals & kUnchangeable) == kUnchangeable;
    written_ = written(status);
    fd_ = owned.release();
}

MemoryImage::~MemoryImage()
{
    if (fd_ >= 0) ::close(fd_);
}

void MemoryImage::keep_descriptor_above(int line) const
{
    UniqueFd owned{fd_.exchange(-1)};
    try {
        owned.move_above(line);
    } catch (...) {
        fd_ = owned.release();
        throw;
    }
    fd_ = owned.release();
}

std::uint64_t MemoryImage::size_on_disk() const
{
    return static_cast<std::uint64_t>(status_of(fd_).st_blocks) * kBlock;
}

std::uint64_t MemoryImage::data_size(std::size_t region) const
{
    std::uint64_t begin = offset_;
    for (std::size_t i = 0; i < region; ++i) begin += regions_.at(i).size;
    std::uint64_t size = 0;
    for_each_extent(fd_, begin, begin + regions_.at(region).size, [&](std::uint64_t from, std::uint64_t to) { size += to - from; });
    return size;
}

void MemoryImage::check() const
{
    if (sealed_) return;
    const struct stat now = status_of(fd_);
    const std::uint64_t end = offset_ + total_size(regions_);
    if (static_cast<std::uint64_t>(now.st_size) < end)
        throw Error{"a frozen file", ESTALE,
                    fmt::format("it was cut short while it was in use, to {:#x} bytes of {:#x}", now.st_size, end)};
    if (written(now) != written_) throw Error{"a frozen file", ESTALE, "it was written to while it was in use"};
}

const MemoryImage& MemoryImage::sealed_copy() const
{
    if (sealed_) return *this;
    std::call_once(copied_, [this] {
        check();
        UniqueFd fd = new_file(total_size(regions_));
        copy_image(*this, fd.get(), 0);
        check();
        seal_image_file(fd.get());
        copy_ = std::make_unique<const MemoryImage>(fd.release(), 0, regions_);
    });
    return *copy_;
}

std::shared_ptr<const MemoryImage> MemoryImage::of(const GuestMemory& memory)
{
    std::vector<MemoryRegion> regions;
    regions.reserve(memory.regions().size());
    for (const auto& [spec, host] : memory.regions()) regions.push_back(spec);
    UniqueFd fd = new_file(total_size(regions));
    copy_memory(memory, fd.get(), 0);
    seal_image_file(fd.get());
    return std::make_shared<const MemoryImage>(fd.release(), 0, std::move(regions));
}

}  // namespace husk
