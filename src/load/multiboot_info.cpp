#include "load/multiboot_info.hpp"

#include "load/image_error.hpp"
#include "load/little_endian.hpp"
#include "memory/map.hpp"

#include <algorithm>
#include <limits>

namespace husk::multiboot {
namespace {

//     map::kMultibootInfo ┌──────────────────────┐
//                         │ information, 88 bytes│  flags say which fields are there
//                         ├──────────────────────┤
//                         │ memory map           │  24 bytes a region
//                         ├──────────────────────┤
//                         │ command line, NUL    │
//                         │ "Husk", NUL          │
//                         └──────────────────────┘  at most map::kMultibootInfoSize
constexpr Field kFlags{"flags", 0, 4};
constexpr Field kMemLower{"mem_lower", 4, 4};
constexpr Field kMemUpper{"mem_upper", 8, 4};
constexpr Field kCommandLine{"cmdline", 16, 4};
constexpr Field kMapLength{"mmap_length", 44, 4};
constexpr Field kMapAddress{"mmap_addr", 48, 4};
constexpr Field kBootLoaderName{"boot_loader_name", 64, 4};
constexpr std::size_t kSize = 88;  // up to and without the framebuffer's fields, as every kernel expects it

/// One entry of the memory map. `size` does not count itself.
constexpr Field kEntrySize{"size", 0, 4};
constexpr Field kEntryBase{"base_addr", 4, 8};
constexpr Field kEntryLength{"length", 12, 8};
constexpr Field kEntryType{"type", 20, 4};
constexpr std::size_t kEntryBytes = 24;
constexpr std::uint64_t kAvailable = 1;

/// Which fields are valid.
enum class Flag : std::uint32_t {
    Memory = 1u << 0,          ///< mem_lower, mem_upper
    CommandLine = 1u << 2,     ///< cmdline
    MemoryMap = 1u << 6,       ///< mmap_length, mmap_addr
    BootLoaderName = 1u << 9,  ///< boot_loader_name
};
constexpr Flags<Flag> operator|(Flag a, Flag b)
{
    return Flags{a} | b;
}

constexpr std::string_view kName = "Husk";

// A PC's memory has a hole from 640 KiB to 1 MiB, which is why the specification counts it in two parts.
constexpr std::uint64_t kLowerEnd = 640_KiB;
constexpr std::uint64_t kUpperBase = 1_MiB;

/// The bytes of memory from `from` to the first hole.
std::uint64_t without_hole(std::span<const Extent> memory, std::uint64_t from)
{
    std::uint64_t reached = from;
    for (const Extent& part : memory)
        if (part.contains(GuestPhys{reached})) reached = part.end.value;
    return reached - from;
}

/// Writes into a page whose first byte will be at map::kMultibootInfo.
class Page {
public:
    void put(std::size_t base, const Field& field, std::uint64_t value)
    {
        for (std::size_t i = 0; i < field.size; ++i) bytes_[base + field.offset + i] = static_cast<std::byte>(value >> (8 * i));
    }
    /// Where the next `size` bytes go, in the page; they are zero.
    std::size_t append(std::size_t size)
    {
        bytes_.resize(bytes_.size() + size);
        return bytes_.size() - size;
    }
    std::size_t append(std::string_view text)
    {
        const auto at = append(text.size() + 1);
        std::ranges::transform(text, bytes_.begin() + static_cast<std::ptrdiff_t>(at), [](char c) { return std::byte(c); });
        return at;
    }
    /// A pointer, for the kernel, to what append() gave.
    static std::uint64_t address(std::size_t at) { return map::kMultibootInfo.value + at; }

    std::vector<std::byte> take() && { return std::move(bytes_); }

private:
    std::vector<std::byte> bytes_;
};

void put_memory_map(Page& page, std::span<const Extent> memory)
{
    const auto entries = page.append(memory.size() * kEntryBytes);
    for (std::size_t i = 0; i < memory.size(); ++i) {
        const auto entry = entries + i * kEntryBytes;
        page.put(entry, kEntrySize, kEntryBytes - kEntrySize.size);
        page.put(entry, kEntryBase, memory[i].base.value);
        page.put(entry, kEntryLength, memory[i].end.value - memory[i].base.value);
        page.put(entry, kEntryType, kAvailable);
    }
    page.put(0, kMapLength, memory.size() * kEntryBytes);
    page.put(0, kMapAddress, Page::address(entries));
}

}  // namespace

tl::expected<std::vector<std::byte>, ImageError> information(std::span<const Extent> memory, std::string_view command_line)
{
    const auto needed = kSize + memory.size() * kEntryBytes + command_line.size() + 1 + kName.size() + 1;
    if (needed > map::kMultibootInfoSize)
        return bad_fit("multiboot information",
                       "{} bytes for a command line of {} bytes and {} memory regions do not fit the {} bytes at {:#x}", needed,
                       command_line.size(), memory.size(), map::kMultibootInfoSize, map::kMultibootInfo.value);
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    const auto lower = std::min(without_hole(memory, 0), kLowerEnd);
    const auto upper = without_hole(memory, kUpperBase);

    Page page;
    page.append(kSize);
    page.put(0, kFlags, (Flag::Memory | Flag::CommandLine | Flag::MemoryMap | Flag::BootLoaderName).word());
    page.put(0, kMemLower, lower / 1_KiB);
    page.put(0, kMemUpper, std::min(upper / 1_KiB, kMost));
    put_memory_map(page, memory);
    page.put(0, kCommandLine, Page::address(page.append(command_line)));
    page.put(0, kBootLoaderName, Page::address(page.append(kName)));
    return std::move(page).take();
}

}  // namespace husk::multiboot
