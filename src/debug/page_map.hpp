#pragma once

#include "x86/page_entry.hpp"

#include <husk/address.hpp>
#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

/// The guest's page tables as a tree, in which entries that go on from one another are one.
namespace husk::debug {

using x86::Rights;

/// Pages at one place of the linear address space, and at one place of physical memory.
struct PageRange {
    enum class Backing : std::uint8_t { All, Some, None };

    GuestPhys physical{};
    std::uint64_t page_size = 0;  ///< bytes
    std::uint64_t every{};        ///< bits that each of their entries has
    std::uint64_t some{};         ///< bits that at least one has
    Rights rights{};
    bool one_page = false;  ///< each entry maps the same page
    Backing backing{};      ///< how much of it is memory
};

struct PageTable;

/// Entries of a table, next to one another, that say the same. Those that are 0 are in none.
struct EntryRun {
    enum class Kind : std::uint8_t {
        Pages,        ///< map `pages`
        Table,        ///< lead to `table`, all of them
        FullTables,   ///< lead to tables of which each entry maps: together `pages`
        EmptyTables,  ///< lead to tables that have nothing but zeroes, one behind the other from `table` on
        Absent,       ///< not present, and not 0
        Reserved,     ///< present, with bits that must be 0: whoever uses them gets a page fault
    };
    /// Why there is no `below`.
    enum class Below : std::uint8_t {
        There,      ///< there is
        Drawn,      ///< the same table is elsewhere in the tree
        Loop,       ///< it is one of those on the way here
        NotMemory,  ///< no memory is there
        LeftOut,    ///< Limits
    };

    Kind kind{};
    unsigned first = 0;  ///< index of the first entry
    unsigned count = 1;
    GuestPhys at{};                ///< of the first entry
    std::uint64_t entry = 0;       ///< the first entry
    std::uint64_t every = 0;       ///< bits that each entry has
    std::uint64_t some = 0;        ///< bits that at least one has
    std::uint64_t reserved = 0;    ///< bits of the first entry that must be 0
    GuestVirt linear{};            ///< the first address that they are for
    std::uint64_t entry_span = 0;  ///< bytes of linear addresses that each entry is for
    GuestPhys table{};             ///< where the first entry leads
    Below below_is = Below::There;
    std::unique_ptr<PageTable> below{};
    std::optional<PageRange> pages{};  ///< also of a Table that is full of them

    /// The last address that they are for.
    GuestVirt last() const { return {linear.value + (entry_span * count - 1)}; }
};

struct PageTable {
    unsigned level = 0;  ///< 5 to 1
    GuestPhys at{};
    std::vector<EntryRun> runs{};
    unsigned left_out = 0;  ///< entries that are not 0 and in no run: Limits
};

/// How much of a guest's tables is looked at. A guest makes them as it likes: they may be in each other, and millions.
struct Limits {
    unsigned tables = 4096;
    unsigned runs = 1000;
    unsigned runs_of_table = 128;
};

struct PageMap {
    x86::PagingShape shape{};
    bool in_memory = false;  ///< the top table is
    PageTable top{};
    unsigned tables = 0;       ///< that were read
    std::uint64_t pages = 0;   ///< that those map
    std::uint64_t mapped = 0;  ///< bytes of linear addresses for these pages
    bool limited = false;      ///< something was left out
};

/// Nothing if paging is off.
std::optional<PageMap> map_pages(const GuestMemory& memory, const x86::SystemRegisters& system, const Limits& limits = {});

}  // namespace husk::debug
