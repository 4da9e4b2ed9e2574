#pragma once

#include <cstddef>
#include <span>

/// Whole image files that test what boot loaders do, each described in the first lines of its source.
namespace husk::guests {

/// multiboot.S: a multiboot kernel in an ELF32.
std::span<const std::byte> multiboot_elf();
/// elf64.S.
std::span<const std::byte> long_elf();

}  // namespace husk::guests
