#pragma once

#include "debug/core/core_file.hpp"
#include "program/space/space.hpp"
#include "program/vdso.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace husk::program {

/// What of a program's memory a core file of it holds: of what can be read, that which is not zero from the start, nor in a file
/// that the core names. Memory that nobody has touched is not touched for it.
class CoreMemory {
public:
    /// No thread of the program runs any more. `vdso`: what lies at layout::kVdso; empty if nothing does. Throws Error.
    CoreMemory(const Space& space, const Vdso& vdso);

    /// By rising address.
    std::span<const debug::CoreSegment> segments() const { return segments_; }
    /// Writes what they have in the file, from `offset` on, and makes the file end behind it. Pages of zeroes are holes. Throws
    /// Error.
    void write(int fd, std::uint64_t offset) const;

private:
    /// Pages that are to be written, side by side in memory and in the file.
    struct Pages {
        std::span<const std::byte> host;
        std::uint64_t offset = 0;
    };

    void add(const Area& area, int pagemap);
    void add_vdso(const Vdso& vdso);
    void add_segment(const Area& area, std::uint64_t begin, std::uint64_t end);

    const Space& space_;
    std::vector<debug::CoreSegment> segments_;
    std::vector<Pages> pages_;
    std::uint64_t size_ = 0;  ///< in the file
};

}  // namespace husk::program
