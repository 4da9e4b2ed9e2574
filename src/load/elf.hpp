#pragma once

#include <husk/image.hpp>

#include <cstddef>
#include <span>

namespace husk::elf {

/// True if the file starts with the ELF magic.
bool recognise(std::span<const std::byte> file);

struct Layout;
/// How the file is laid out: its ELF header is all there, little-endian, and of a class and version that there is.
tl::expected<const Layout*, ImageError> layout_of(std::span<const std::byte> file);

/// An executable's loadable segments at their physical addresses, and its entry as a physical address. Checks all that it uses;
/// mode and format follow from the ELF class. With `entry`, the file's own is not looked at. System V ABI, "Object Files" (chapter
/// 4) and "Program Header" (chapter 5).
tl::expected<Image, ImageError> parse(std::span<const std::byte> file, std::optional<GuestPhys> entry = {});

}  // namespace husk::elf
