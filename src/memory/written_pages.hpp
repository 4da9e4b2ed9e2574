#pragma once

#include "base/unique_fd.hpp"

#include <sys/ioctl.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace husk {

/// Runs of whole pages within `memory`, a piece of this process's, that the process has of its own: it wrote to them, or had them
/// written. Not those that are still a file's, nor those that it never touched. By rising address. Throws Error.
std::vector<std::span<std::byte>> written_pages(std::span<std::byte> memory);

/// Those that are there at all, also a file's: of memory that is shared, what somebody has touched by way of this process.
std::vector<std::span<std::byte>> present_pages(std::span<std::byte> memory, int pagemap);

/// The same as written_pages() by a descriptor that open_pagemap() gave, for a process that cannot open it any more.
std::vector<std::span<std::byte>> written_pages(std::span<std::byte> memory, int pagemap);
UniqueFd open_pagemap();
/// One that the calling thread keeps: for all of what it looks at in one go.
int kept_pagemap();

/// Linux 6.7 and newer: Documentation/admin-guide/mm/pagemap.rst, "PAGEMAP_SCAN". Written out, as Debian 12's headers are older.
struct PagemapScan {
    std::uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    std::uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
inline constexpr unsigned long kPagemapScan = _IOWR('f', 16, PagemapScan);

}  // namespace husk
