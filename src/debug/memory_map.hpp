#pragma once

#include "debug/paint.hpp"

#include <husk/memory.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The guest's physical memory, and what of it the host has given.
namespace husk::debug {

/// Guest-physical addresses from `begin` on.
struct PhysicalRange {
    GuestPhys begin{};
    std::uint64_t size = 0;  ///< bytes
    bool operator==(const PhysicalRange&) const = default;
};

struct RegionWords {
    MemoryRegion region{};
    bool of_image = false;  ///< a frozen image's, copied where it is written
    /// What the host has given pages of this guest's own for, since they were written to; nothing if the host does not tell.
    std::optional<std::vector<PhysicalRange>> touched{};
    std::optional<std::uint64_t> merged{};  ///< bytes that KSM has merged; nothing if the host does not tell

    std::uint64_t touched_bytes() const;
};

/// By rising base.
std::vector<RegionWords> explain_memory(const GuestMemory& memory);
/// What an image holds: touched is what of its file is more than a hole. Throws Error.
std::vector<RegionWords> explain_memory(const MemoryImage& image);

/// A few lines a region.
std::string text_of(const std::vector<RegionWords>& regions, const Paint& paint = {});
nlohmann::ordered_json json_of(const std::vector<RegionWords>& regions);

}  // namespace husk::debug
