#include "base/file_bytes.hpp"
#include "base/mapping.hpp"
#include "memory/regions.hpp"
#include "memory/safe_copy.hpp"
#include "memory/written_pages.hpp"

#include <husk/error.hpp>
#include <husk/memory.hpp>

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace husk {

namespace {

// SDM Vol. 3A, "Paging": a physical address has at most 52 bits.
constexpr std::uint64_t kPhysicalSpace = 1ull << 52;
constexpr std::uint64_t kHugePage = 2_MiB;

std::string range(const MemoryRegion& region)
{
    return fmt::format("memory region of {:#x} bytes at {:#x}", region.size, region.base.value);
}

void check(const MemoryRegion& region)
{
    if (region.size == 0) throw std::invalid_argument{range(region) + " is empty"};
    if (region.base.value % kPageSize != 0 || region.size % kPageSize != 0)
        throw std::invalid_argument{range(region) + " is not made of whole 4 KiB pages"};
    if (region.base.value >= kPhysicalSpace || region.size > kPhysicalSpace - region.base.value)
        throw std::invalid_argument{range(region) + " ends beyond the 52-bit physical address space"};
}

void check_apart(const MemoryRegion& lower, const MemoryRegion& upper)
{
    if (upper.base.value - lower.base.value < lower.size)
        throw std::invalid_argument{range(upper) + " overlaps the " + range(lower)};
}

/// Both KVM's second-level tables and the host's own can use huge pages only where guest and host addresses agree modulo 2 MiB.
std::uint64_t alignment(const MemoryRegion& region)
{
    return region.size >= kHugePage ? kHugePage : kPageSize;
}

[[noreturn]] void throw_vanished(const MemoryImage& image)
{
    image.check();
    throw Error{"a frozen file", EFAULT, "its memory cannot be read any more"};
}

Mapping map(const MemoryRegion& region)
{
    Mapping mapping = Mapping::anonymous(region.size, alignment(region));
    if (region.mergeable) mapping.advise(MADV_MERGEABLE);
    if (region.prefer_hugepages) mapping.advise(MADV_HUGEPAGE);
    return mapping;
}

}  // namespace

std::vector<MemoryRegion> checked_regions(std::span<const MemoryRegion> regions)
{
    std::vector<MemoryRegion> sorted{regions.begin(), regions.end()};
    std::ranges::sort(sorted, {}, &MemoryRegion::base);
    for (const auto& region : sorted) check(region);
    for (std::size_t i = 1; i < sorted.size(); ++i) check_apart(sorted[i - 1], sorted[i]);
    return sorted;
}

GuestMemory::GuestMemory(std::span<const MemoryRegion> regions)
{
    for (const auto& region : checked_regions(regions)) {
        mappings_.push_back(map(region));
        regions_.push_back({region, mappings_.back().bytes()});
    }
}

GuestMemory::GuestMemory(std::shared_ptr<const MemoryImage> image) : image_{std::move(image)}, may_vanish_{!image_->sealed()}
{
    image_->check();
    std::uint64_t offset = image_->offset();
    for (const auto& region : image_->regions()) {
        mappings_.push_back(
            Mapping::copy_on_write(image_->descriptor(), offset, region.size, alignment(region), "mmap of an image"));
        regions_.push_back({region, mappings_.back().bytes()});
        offset += region.size;
    }
}

GuestMemory::~GuestMemory() = default;
GuestMemory::GuestMemory(GuestMemory&&) noexcept = default;
GuestMemory& GuestMemory::operator=(GuestMemory&&) noexcept = default;

tl::expected<std::span<std::byte>, BadAddress> GuestMemory::window(GuestPhys at, std::uint64_t size) const
{
    for (const auto& [spec, host] : regions_) {
        // Compare by subtraction: at + size may wrap, the right-hand side cannot.
        if (at < spec.base) break;
        const std::uint64_t offset = at.value - spec.base.value;
        if (offset < spec.size && size <= spec.size - offset) return host.subspan(offset, size);
    }
    return tl::unexpected{BadAddress{at, size}};
}

tl::expected<void, BadAddress> GuestMemory::write(GuestPhys at, std::span<const std::byte> bytes)
{
    return window(at, bytes.size()).map([&](std::span<std::byte> there) {
        if (!may_vanish_)
            std::ranges::copy(bytes, there.begin());
        else if (write_safely(there, bytes) != bytes.size())
            throw_vanished(*image_);
    });
}

tl::expected<void, BadAddress> GuestMemory::read(GuestPhys at, std::span<std::byte> bytes) const
{
    return window(at, bytes.size()).map([&](std::span<const std::byte> there) {
        if (!may_vanish_)
            std::ranges::copy(there, bytes.begin());
        else if (read_safely(there, bytes) != bytes.size())
            throw_vanished(*image_);
    });
}

/// The file that it can be made like again.
const MemoryImage& GuestMemory::source() const
{
    return may_vanish_ ? *image_ : image_->sealed_copy();
}

std::size_t GuestMemory::reset()
{
    if (!image_) throw std::logic_error{"memory that was not made from an image cannot be made like it again"};
    const MemoryImage& from = source();
    from.check();
    std::uint64_t offset = from.offset();
    std::size_t pages = 0;
    for (const auto& [spec, host] : regions_) {
        for (const std::span<std::byte> run : written_pages(host)) {
            const auto at = static_cast<std::uint64_t>(run.data() - host.data());
            read_exactly(from.descriptor(), offset + at, run, "a frozen memory image");
            pages += run.size() / kPageSize;
        }
        offset += spec.size;
    }
    return pages;
}

void GuestMemory::hold()
{
    if (!may_vanish_) return;
    const MemoryImage& copy = image_->sealed_copy();
    std::uint64_t offset = copy.offset();
    for (std::size_t i = 0; i < regions_.size(); ++i) {
        const std::span<std::byte> host = regions_[i].host;
        const auto written = written_pages(host);
        std::vector<std::vector<std::byte>> kept;
        for (const std::span<std::byte> run : written) {
            kept.emplace_back(run.size());
            if (read_safely(run, kept.back()) != run.size()) throw_vanished(*image_);
        }
        mappings_[i].become_copy_on_write(copy.descriptor(), offset, "mmap of an image");
        for (std::size_t k = 0; k < written.size(); ++k) std::ranges::copy(kept[k], written[k].begin());
        offset += regions_[i].spec.size;
    }
    may_vanish_ = false;
}

GuestPhys GuestMemory::end() const
{
    return regions_.empty() ? GuestPhys{} : regions_.back().spec.base + regions_.back().spec.size;
}

}  // namespace husk
