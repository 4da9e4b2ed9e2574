#pragma once

#include "debug/page_map.hpp"

/// Which entries of a table are told as one.
namespace husk::debug {

/// `run`, which is one entry, becomes part of the one before it, if it says the same or goes on from that. False: it does not.
/// Never of entries that lead to tables.
bool join(EntryRun& before, const EntryRun& run);

/// Likewise of an entry that leads to a table, which has been read: if both lead to tables that are full, and go on from one
/// another, or to empty ones. How many runs there are less now, those of the tables counting; 0: they stay apart.
unsigned join_tables(EntryRun& before, const EntryRun& run);

/// It leads to a table, or to several, that have nothing but zeroes.
bool leads_to_nothing(const EntryRun& run);

}  // namespace husk::debug
