#include "base/mapping.hpp"

#include <husk/error.hpp>

#include <sys/mman.h>

#include <cerrno>
#include <utility>

namespace husk {

namespace {
std::span<std::byte> map(std::uint64_t size, int flags, int fd, std::string_view what)
{
    void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0);
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
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    // mmap aligns to pages only: map the slack too, then give back what is before and after the aligned part.
    const std::uint64_t slack = alignment > 4096 ? alignment : 0;
    if (size + slack < size) throw Error{"mmap", ENOMEM};
    const auto whole = map(size + slack, kFlags, -1, "mmap");
    if (slack == 0) return Mapping{whole};

    const auto start = reinterpret_cast<std::uintptr_t>(whole.data());
    const std::uint64_t before = (alignment - start % alignment) % alignment;
    if (before != 0) ::munmap(whole.data(), before);
    if (slack != before) ::munmap(whole.data() + before + size, slack - before);
    return Mapping{whole.subspan(before, size)};
}

Mapping Mapping::shared(int fd, std::uint64_t size, std::string_view what)
{
    return Mapping{map(size, MAP_SHARED, fd, what)};
}

bool Mapping::advise(int advice) const noexcept
{
    return ::madvise(bytes_.data(), bytes_.size(), advice) == 0;
}

}  // namespace husk
