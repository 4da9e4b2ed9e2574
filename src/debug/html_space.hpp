#pragma once

#include <husk/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The address space of a program as a picture.
namespace husk::debug {

/// What is mapped in one way, as it is to be drawn. Its text may be anybody's.
struct SpaceArea {
    GuestVirt begin{};
    std::uint64_t size = 0;  ///< bytes
    bool readable = false, writable = false, executable = false;
    std::string name{};
    std::optional<std::uint64_t> touched{};  ///< bytes
    std::vector<std::string> marks{};        ///< what is in it: "RIP of thread 7"
};

/// A box an area, the lowest address on top, higher the larger it is, and what is free between them: SVG. `areas` by rising
/// address.
std::string space_svg(const std::vector<SpaceArea>& areas);

}  // namespace husk::debug
