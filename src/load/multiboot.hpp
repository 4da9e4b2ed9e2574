#pragma once

#include <husk/image.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// Multiboot kernels, version 1. Multiboot Specification 0.6.96; chapter numbers are its own.
namespace husk::multiboot {

inline constexpr std::uint32_t kHeaderMagic = 0x1BADB002;  ///< in the kernel's file
inline constexpr std::uint32_t kBootMagic = 0x2BADB002;    ///< in EAX when the kernel starts

/// Where in the file the multiboot header is; none if there is none whose checksum is right. "OS image format" (3.1).
std::optional<std::uint64_t> find_header(std::span<const std::byte> file);

/// The kernel whose header is at `header`, as find_header() gave it: an ELF executable of either class, or any bytes if the header
/// says itself where they go. Husk offers no framebuffer: a wish for a video mode is heard and not granted.
tl::expected<Image, ImageError> parse(std::span<const std::byte> file, std::uint64_t header, std::optional<GuestPhys> entry = {});

}  // namespace husk::multiboot
