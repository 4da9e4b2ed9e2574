#pragma once

#include "program/space/user_memory.hpp"

#include <husk/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// Vector registers as a signal's frame holds them: XSAVE's standard format, with notes of the kernel's in it.
namespace husk::program::image {

/// In bytes, of an image of `size`.
std::size_t size_in_frame(std::size_t size);

std::vector<std::byte> for_frame(std::span<const std::byte> state, std::uint64_t states);

/// The image at `at`, of `size` bytes, for a processor that has `states`. Null is the initial state, and so is whatever the image
/// leaves out; without the kernel's notes it is as FXSAVE's. Nothing: it cannot be read, or XRSTOR would refuse its header. Bits of
/// MXCSR are the caller's to check.
std::optional<std::vector<std::byte>> from_frame(const UserMemory& memory, GuestVirt at, std::uint64_t states, std::size_t size);

}  // namespace husk::program::image
