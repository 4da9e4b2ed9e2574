#pragma once

#include <linux/mempolicy.h>
#include <sys/mman.h>

#include "program/abi/name_set.hpp"

/// Names in calls on memory.
namespace husk::program::names {

inline constexpr auto kMmapProt = std::to_array<Name>({
    HUSK_FIELD(PROT_NONE, ~std::uint64_t{0}),
    HUSK_BIT(PROT_READ),
    HUSK_BIT(PROT_WRITE),
    HUSK_BIT(PROT_EXEC),
    {0x8, "PROT_SEM"},
    HUSK_BIT(PROT_GROWSDOWN),
    HUSK_BIT(PROT_GROWSUP),
});
inline constexpr auto kMmapFlags = std::to_array<Name>({
    HUSK_FIELD(MAP_SHARED, MAP_TYPE),
    HUSK_FIELD(MAP_PRIVATE, MAP_TYPE),
    HUSK_FIELD(MAP_SHARED_VALIDATE, MAP_TYPE),
    HUSK_BIT(MAP_FIXED),
    HUSK_BIT(MAP_ANONYMOUS),
    HUSK_BIT(MAP_32BIT),
    HUSK_BIT(MAP_NORESERVE),
    HUSK_BIT(MAP_POPULATE),
    HUSK_BIT(MAP_NONBLOCK),
    HUSK_BIT(MAP_GROWSDOWN),
    HUSK_BIT(MAP_DENYWRITE),
    HUSK_BIT(MAP_EXECUTABLE),
    HUSK_BIT(MAP_LOCKED),
    HUSK_BIT(MAP_STACK),
    HUSK_BIT(MAP_HUGETLB),
    HUSK_BIT(MAP_SYNC),
    HUSK_BIT(MAP_FIXED_NOREPLACE),
});
inline constexpr auto kMremapFlags =
    std::to_array<Name>({HUSK_BIT(MREMAP_MAYMOVE), HUSK_BIT(MREMAP_FIXED), HUSK_BIT(MREMAP_DONTUNMAP)});
inline constexpr auto kMsyncFlags = std::to_array<Name>({HUSK_BIT(MS_ASYNC), HUSK_BIT(MS_INVALIDATE), HUSK_BIT(MS_SYNC)});
inline constexpr auto kMadviseAdvice = std::to_array<Name>({
    HUSK_CHOICE(MADV_NORMAL),           HUSK_CHOICE(MADV_RANDOM),        HUSK_CHOICE(MADV_SEQUENTIAL),
    HUSK_CHOICE(MADV_WILLNEED),         HUSK_CHOICE(MADV_DONTNEED),      HUSK_CHOICE(MADV_FREE),
    HUSK_CHOICE(MADV_REMOVE),           HUSK_CHOICE(MADV_DONTFORK),      HUSK_CHOICE(MADV_DOFORK),
    HUSK_CHOICE(MADV_MERGEABLE),        HUSK_CHOICE(MADV_UNMERGEABLE),   HUSK_CHOICE(MADV_HUGEPAGE),
    HUSK_CHOICE(MADV_NOHUGEPAGE),       HUSK_CHOICE(MADV_DONTDUMP),      HUSK_CHOICE(MADV_DODUMP),
    HUSK_CHOICE(MADV_WIPEONFORK),       HUSK_CHOICE(MADV_KEEPONFORK),    HUSK_CHOICE(MADV_COLD),
    HUSK_CHOICE(MADV_PAGEOUT),          HUSK_CHOICE(MADV_POPULATE_READ), HUSK_CHOICE(MADV_POPULATE_WRITE),
    choice(24, "MADV_DONTNEED_LOCKED"), choice(25, "MADV_COLLAPSE"),     HUSK_CHOICE(MADV_HWPOISON),
});
inline constexpr auto kMlockFlags = std::to_array<Name>({HUSK_BIT(MLOCK_ONFAULT)});
inline constexpr auto kMlockallFlags = std::to_array<Name>({HUSK_BIT(MCL_CURRENT), HUSK_BIT(MCL_FUTURE), HUSK_BIT(MCL_ONFAULT)});
inline constexpr auto kMemoryPolicy = std::to_array<Name>({
    HUSK_CHOICE(MPOL_DEFAULT),
    HUSK_CHOICE(MPOL_PREFERRED),
    HUSK_CHOICE(MPOL_BIND),
    HUSK_CHOICE(MPOL_INTERLEAVE),
    HUSK_CHOICE(MPOL_LOCAL),
    HUSK_CHOICE(MPOL_PREFERRED_MANY),
});
inline constexpr auto kPkeyRights = std::to_array<Name>({HUSK_BIT(PKEY_DISABLE_ACCESS), HUSK_BIT(PKEY_DISABLE_WRITE)});

}  // namespace husk::program::names
