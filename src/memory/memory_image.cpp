#include "base/unique_fd.hpp"
#include "memory/copy_memory.hpp"
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
    const auto size = static_cast<std::uint64_t>(status_of(owned.get()).st_size);
    if (offset > size || total_size(regions_) > size - offset)
        throw Error{"a memory image", EIO,
                    fmt::format("the file has {:#x} bytes, and its memory ends at {:#x}", size, offset + total_size(regions_))};
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

std::shared_ptr<const MemoryImage> MemoryImage::of(const GuestMemory& memory)
{
    UniqueFd fd{::memfd_create("husk-frozen", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!fd) throw Error{"memfd_create", errno};
    std::vector<MemoryRegion> regions;
    regions.reserve(memory.regions().size());
    for (const auto& [spec, host] : memory.regions()) regions.push_back(spec);
    if (::ftruncate(fd.get(), static_cast<off_t>(total_size(regions))) != 0) throw Error{"ftruncate of a memory image", errno};
    copy_memory(memory, fd.get(), 0);
    if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
        throw Error{"F_ADD_SEALS", errno};
    return std::make_shared<const MemoryImage>(fd.release(), 0, std::move(regions));
}

}  // namespace husk
