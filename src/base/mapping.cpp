#include "base/mapping.hpp"

#include <husk/error.hpp>

#include <sys/mman.h>

#include <cerrno>
#include <utility>

namespace husk {

namespace {
std::span<std::byte> map(std::uint64_t size, int protection, int flags, int fd, std::string_view what)
{
    void* at = ::mmap(nullptr, size, protection, flags, fd, 0);
    if (at == MAP_FAILED) throw Error{what, errno};
    return {static_cast<std::byte*>(at), size};
}
}  // namespace

Mapping::~Mapping()
{
    unmap();
}

Mapping::Mapping(Mapping&& from) noexcept : bytes_{std::exchange(from.bytes_, {})} {}

Mapping& Mapping::operator=(Mapping&& from) noexcept
{
    Mapping taken{std::move(from)};
    std::swap(bytes_, taken.bytes_);
    return *this;
}

void Mapping::unmap() noexcept
{
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

Mapping Mapping::anonymous(std::uint64_t size, std::uint64_t alignment)
{
    return aligned(size, alignment, PROT_READ | PROT_WRITE);
}

Mapping Mapping::inaccessible(std::uint64_t size, std::uint64_t alignment)
{
    return aligned(size, alignment, PROT_NONE);
}

Mapping Mapping::aligned(std::uint64_t size, std::uint64_t alignment, int protection)
{
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    const auto beyond_aligned = [&](std::span<std::byte> bytes) {
        return reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment;
    };
    // Linux 6.7 and newer align whole huge pages by themselves.
    if (Mapping exact{map(size, protection, kFlags, -1, "mmap")}; beyond_aligned(exact.bytes()) == 0) return exact;

    // Map the slack too, then give back what is before and after the aligned part.
    if (size + alignment < size) throw Error{"mmap", ENOMEM};
    const auto whole = map(size + alignment, protection, kFlags, -1, "mmap");
    const std::uint64_t before = (alignment - beyond_aligned(whole)) % alignment;
    if (before != 0) ::munmap(whole.data(), before);
    if (before != alignment) ::munmap(whole.data() + before + size, alignment - before);
    return Mapping{whole.subspan(before, size)};
}

Mapping Mapping::copy_on_write(int fd, std::uint64_t offset, std::uint64_t size, std::uint64_t alignment, std::string_view what)
{
    Mapping place = aligned(size, alignment, PROT_NONE);
    place.become_copy_on_write(fd, offset, what);
    return place;
}

void Mapping::become_copy_on_write(int fd, std::uint64_t offset, std::string_view what)
{
    constexpr int kFlags = MAP_PRIVATE | MAP_NORESERVE | MAP_FIXED;
    void* const at = ::mmap(bytes_.data(), bytes_.size(), PROT_READ | PROT_WRITE, kFlags, fd, static_cast<off_t>(offset));
    if (at == MAP_FAILED) throw Error{what, errno};
}

Mapping Mapping::shared(int fd, std::uint64_t size, std::string_view what)
{
    return Mapping{map(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, what)};
}

bool Mapping::advise(int advice) const noexcept
{
    return ::madvise(bytes_.data(), bytes_.size(), advice) == 0;
}

}  // namespace husk
