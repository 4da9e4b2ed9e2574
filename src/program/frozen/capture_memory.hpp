#pragma once

#include "base/unique_fd.hpp"
#include "program/space/space.hpp"

#include <husk/memory.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace husk::program {

/// Copies what a program's space holds to a file without a name, which then never changes. What it takes is opened when it is made,
/// for a program that is confined cannot open it, and kept above the line, for a program may have this process's descriptors.
class MemoryCapture {
public:
    /// Throws Error.
    explicit MemoryCapture(int line);

    /// All of the space but what is to be wiped. Regions are pieces of areas, and what of an area is in none of them is zero. No
    /// thread of the program runs any more: the space is not what it was after it. Once. Throws Error.
    /// `functions`, if there are any, becomes the last region, which is none of the space's: Functions.
    std::shared_ptr<const MemoryImage> take(const Space& space, std::string_view functions);

private:
    void take(const Space& space, const Area& area);
    void add_functions(std::string_view functions);
    void copy(const Space& space, std::uint64_t begin, std::uint64_t end);
    void add(std::uint64_t begin, std::span<const std::byte> bytes);
    void reach(std::uint64_t address);

    UniqueFd file_;
    UniqueFd pagemap_;
    std::vector<MemoryRegion> regions_;
    std::uint64_t size_ = 0;        ///< of the regions
    std::uint64_t area_begin_ = 0;  ///< of the area at hand
    bool only_read_ = false;        ///< it cannot be written to
    std::vector<std::byte> buffer_;
};

}  // namespace husk::program
