#include "guests/images.hpp"

extern "C" {
extern const std::byte husk_guest_multiboot_begin[], husk_guest_multiboot_end[];
extern const std::byte husk_guest_long_begin[], husk_guest_long_end[];
}

namespace husk::guests {

std::span<const std::byte> multiboot_elf()
{
    return {husk_guest_multiboot_begin, husk_guest_multiboot_end};
}

std::span<const std::byte> long_elf()
{
    return {husk_guest_long_begin, husk_guest_long_end};
}

}  // namespace husk::guests
