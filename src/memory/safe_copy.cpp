#include "memory/safe_copy.hpp"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

namespace husk {

namespace {

/// process_vm_readv or process_vm_writev on this process.
template <typename Copy>
std::size_t copy(Copy copy_between, void* own, void* other, std::size_t size)
{
    const iovec here{.iov_base = own, .iov_len = size};
    const iovec there{.iov_base = other, .iov_len = size};
    const ssize_t copied = copy_between(::getpid(), &here, 1ul, &there, 1ul, 0ul);
    return copied < 0 ? 0 : static_cast<std::size_t>(copied);
}

}  // namespace

std::size_t read_safely(std::span<const std::byte> from, std::span<std::byte> into) noexcept
{
    const std::size_t size = std::min(from.size(), into.size());
    return size == 0 ? 0 : copy(::process_vm_readv, into.data(), const_cast<std::byte*>(from.data()), size);
}

std::size_t write_safely(std::span<std::byte> to, std::span<const std::byte> from) noexcept
{
    const std::size_t size = std::min(to.size(), from.size());
    return size == 0 ? 0 : copy(::process_vm_writev, const_cast<std::byte*>(from.data()), to.data(), size);
}

}  // namespace husk
