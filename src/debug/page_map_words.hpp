#pragma once

#include "debug/page_map.hpp"
#include "debug/paint.hpp"

#include <string>

namespace husk::debug {

/// "0x0 to 0x1fffff".
std::string address_range(std::uint64_t first, std::uint64_t size);
/// "PRESENT RW USER PS; some ACCESSED DIRTY".
std::string flag_words(std::uint64_t every, std::uint64_t some);
/// What a run of entries does: "page of 2 MiB, linear 0x0 to 0x1fffff, physical the same".
std::string run_words(const EntryRun& run, unsigned level);
/// "3 tables read, 512 pages, 1 GiB of linear addresses".
std::string summary(const PageMap& map);

/// The tables as a tree, a line a run; then what each flag in it does.
std::string draw(const PageMap& map, const Paint& paint);

}  // namespace husk::debug
