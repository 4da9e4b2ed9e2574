#pragma once

#include <cstdint>

/// Where everything is in the guests of the differential test. All of it can be reached with 16-bit addresses.
///
///     0x0000 ┌───────────────────────────────┐
///            │ interrupt vectors of real mode│
///     0x1000 ├───────────────────────────────┤
///            │ GDT; TSS with its port bitmap │
///     0x2000 ├───────────────────────────────┤
///            │ page tables, one a level      │
///     0x6000 ├───────────────────────────────┤
///            │ IDT                           │
///     0x7000 ├───────────────────────────────┤
///            │ free                          │
///     0x8000 ├───────────────────────────────┤
///            │ the sequence, and its HLT     │
///     0x9F00 ├───────────────────────────────┤
///            │ handlers: a HLT each          │
///     0xA000 ├───────────────────────────────┤
///            │ data, two pages               │  the second is physically at 0xF000 where there is paging
///     0xC000 ├───────────────────────────────┤
///            │ x87 and SSE state, before and │
///            │ after                         │
///     0xD000 ├───────────────────────────────┤
///            │ stack of ring 0               │  for exceptions of ring 3
///     0xE000 ├───────────────────────────────┤
///            │ stack; starts in the middle   │
///     0xF000 ├───────────────────────────────┤
///            │ see data                      │
///    0x10000 └───────────────────────────────┘
namespace husk::test::places {

inline constexpr std::uint64_t kGdt = 0x1000;
inline constexpr std::uint64_t kTss = 0x1200;
inline constexpr std::uint64_t kTables = 0x2000;
inline constexpr std::uint64_t kIdt = 0x6000;
inline constexpr std::uint64_t kCode = 0x8000;
inline constexpr std::uint64_t kCodeEnd = 0x9F00;
inline constexpr std::uint64_t kHandlers = 0x9F00;
inline constexpr unsigned kHandlerSize = 4;
inline constexpr unsigned kVectors = 48;  ///< that have one
inline constexpr std::uint64_t kData = 0xA000;
inline constexpr std::uint64_t kDataEnd = 0xC000;
inline constexpr std::uint64_t kFloatBefore = 0xC000;
inline constexpr std::uint64_t kFloatAfter = 0xC200;
inline constexpr std::uint64_t kKernelStackEnd = 0xE000;
inline constexpr std::uint64_t kStack = 0xE000;
inline constexpr std::uint64_t kStackStart = 0xE800;
inline constexpr std::uint64_t kStackEnd = 0xF000;
inline constexpr std::uint64_t kMovedPage = 0xB000;  ///< linear
inline constexpr std::uint64_t kMovedTo = 0xF000;    ///< physical, where there is paging
inline constexpr std::uint64_t kEnd = 0x1'0000;

}  // namespace husk::test::places
