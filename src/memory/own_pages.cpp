#include "memory/own_pages.hpp"

namespace husk {

std::span<std::byte> own_pages(std::uint64_t address, std::uint64_t size)
{
    return {reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(address)), size};
}

}  // namespace husk
