#include "memory/own_pages.hpp"

namespace husk {

std::span<std::byte> own_pages(std::uint64_t address, std::uint64_t size)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address is what the kernel's list of mappings gives
    return {reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(address)), size};
}

}  // namespace husk
