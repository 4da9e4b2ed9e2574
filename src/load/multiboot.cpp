#include "load/multiboot.hpp"

#include "load/elf.hpp"
#include "load/image_error.hpp"
#include "load/little_endian.hpp"
#include "load/overlap.hpp"

#include <algorithm>
#include <bit>

namespace husk::multiboot {
namespace {

// The header must be within this many bytes of the file's start, at a multiple of four.
constexpr std::uint64_t kSearched = 8192;
constexpr std::uint64_t kAlignment = 4;

// "The layout of Multiboot header" (3.1.1).
constexpr Field kMagic{"magic", 0, 4};
constexpr Field kFlags{"flags", 4, 4};
constexpr Field kChecksum{"checksum", 8, 4};
constexpr std::uint64_t kHeaderSize = 12;
// Only with Flag::AddressFields. "The address fields of Multiboot header" (3.1.3).
constexpr Field kHeaderAddr{"header_addr", 12, 4};
constexpr Field kLoadAddr{"load_addr", 16, 4};
constexpr Field kLoadEndAddr{"load_end_addr", 20, 4};
constexpr Field kBssEndAddr{"bss_end_addr", 24, 4};
constexpr Field kEntryAddr{"entry_addr", 28, 4};
constexpr std::uint64_t kHeaderSizeWithAddresses = 32;

/// "The magic fields of Multiboot header" (3.1.2). A boot loader that does not know one of bits 0-15 must not load the kernel; what
/// it does not know of bits 16-31 it ignores.
enum class Flag : std::uint32_t {
    AlignModules = 1u << 0,    ///< modules start at pages; Husk has none
    MemoryInfo = 1u << 1,      ///< wants mem_lower and mem_upper, which every kernel gets
    VideoMode = 1u << 2,       ///< would like a video mode
    AddressFields = 1u << 16,  ///< the header says where the file goes
};
constexpr Flags<Flag> operator|(Flag a, Flag b)
{
    return Flags{a} | b;
}

constexpr std::uint32_t kRequired = 0xFFFF;
constexpr auto kKnown = Flag::AlignModules | Flag::MemoryInfo | Flag::VideoMode;
// The kernel starts in 32-bit mode.
constexpr std::uint64_t kReach = 4_GiB;

/// The header's fields, in the file at hand.
class Header {
public:
    Header(std::span<const std::byte> file, std::uint64_t offset) : file_{file}, offset_{offset} {}

    std::uint64_t offset() const { return offset_; }
    Flags<Flag> flags() const { return Flags<Flag>{static_cast<std::uint32_t>(get(kFlags))}; }
    std::uint64_t get(const Field& field) const { return read_field(file_, offset_, field); }

    template <typename... Args>
    tl::unexpected<ImageError> bad(const Field& field, fmt::format_string<Args...> problem, Args&&... args) const
    {
        return bad_field(fmt::format("{} of the multiboot header", field.name), offset_ + field.offset, problem,
                         std::forward<Args>(args)...);
    }

private:
    std::span<const std::byte> file_;
    std::uint64_t offset_;
};

tl::expected<void, ImageError> check_flags(const Header& header)
{
    const auto unknown = header.flags().word() & kRequired & ~kKnown.word();
    if (unknown == 0) return {};
    return header.bad(kFlags, "{:#x} requires what bit {} stands for, which Husk does not know", header.flags().word(),
                      std::countr_zero(unknown));
}

/// How much of the file is loaded, from the byte that belongs at load_addr.
tl::expected<std::span<const std::byte>, ImageError> loaded_part(std::span<const std::byte> file, const Header& header)
{
    const auto load = header.get(kLoadAddr);
    const auto end = header.get(kLoadEndAddr);
    const auto before_header = header.get(kHeaderAddr) - load;
    if (load > header.get(kHeaderAddr))
        return header.bad(kLoadAddr, "{:#x} is above header_addr, {:#x}", load, header.get(kHeaderAddr));
    if (before_header > header.offset())
        return header.bad(kLoadAddr, "{:#x} is {:#x} bytes below header_addr, but the file has only {:#x} before the header", load,
                          before_header, header.offset());
    const auto rest = file.subspan(static_cast<std::size_t>(header.offset() - before_header));
    if (end == 0) return rest;  // all that the file has
    if (end <= load) return header.bad(kLoadEndAddr, "{:#x} is not above load_addr, {:#x}: nothing to load", end, load);
    if (end - load > rest.size())
        return header.bad(kLoadEndAddr, "{:#x} asks for {:#x} bytes, but the file has {:#x} from load_addr on", end, end - load,
                          rest.size());
    return rest.first(static_cast<std::size_t>(end - load));
}

/// The one segment that the address fields describe.
tl::expected<Image::Segment, ImageError> described_segment(std::span<const std::byte> file, const Header& header)
{
    const auto bytes = loaded_part(file, header);
    if (!bytes) return tl::unexpected{bytes.error()};
    const auto load = header.get(kLoadAddr);
    const auto bss_end = header.get(kBssEndAddr);
    const auto loaded_end = load + bytes->size();
    if (loaded_end > kReach)
        return header.bad(kLoadAddr, "{:#x} bytes at {:#x} reach beyond 4 GiB, where 32-bit code ends", bytes->size(), load);
    if (bss_end != 0 && bss_end < loaded_end)
        return header.bad(kBssEndAddr, "{:#x} is below the end of what is loaded, {:#x}", bss_end, loaded_end);
    return Image::Segment{.at = GuestPhys{load},
                          .seen_at = GuestVirt{load},
                          .bytes = *bytes,
                          .size = std::max(bss_end, loaded_end) - load,
                          .number = 0,
                          .header_offset = header.offset()};
}

tl::expected<Image, ImageError> parse_described(std::span<const std::byte> file, const Header& header,
                                                std::optional<GuestPhys> given_entry)
{
    if (!contains(file, header.offset(), kHeaderSizeWithAddresses) || header.offset() + kHeaderSizeWithAddresses > kSearched)
        return header.bad(kFlags, "{:#x} (bit 16) promises address fields, but the header ends before them", header.flags().word());
    const auto segment = described_segment(file, header);
    if (!segment) return tl::unexpected{segment.error()};
    const auto entry = given_entry.value_or(GuestPhys{header.get(kEntryAddr)});
    if (!given_entry && !extent(*segment).contains(entry))
        return header.bad(kEntryAddr, "{:#x} is outside of the kernel, {}", entry.value, range(*segment));
    return Image{.segments = {*segment}, .entry = entry};
}

tl::expected<Image, ImageError> parse_elf(std::span<const std::byte> file, const Header& header, std::optional<GuestPhys> entry)
{
    if (!elf::recognise(file))
        return header.bad(kFlags, "{:#x} has bit 16 clear and the file is not an ELF, so nothing says where to load it",
                          header.flags().word());
    return elf::parse(file, entry);
}

}  // namespace

std::optional<std::uint64_t> find_header(std::span<const std::byte> file)
{
    const auto searched = file.first(std::min<std::size_t>(file.size(), kSearched));
    for (std::uint64_t at = 0; contains(searched, at, kHeaderSize); at += kAlignment) {
        if (read_field(searched, at, kMagic) != kHeaderMagic) continue;
        const auto sum = kHeaderMagic + read_field(searched, at, kFlags) + read_field(searched, at, kChecksum);
        if (static_cast<std::uint32_t>(sum) == 0) return at;
    }
    return std::nullopt;
}

tl::expected<Image, ImageError> parse(std::span<const std::byte> file, std::uint64_t header_offset, std::optional<GuestPhys> entry)
{
    const Header header{file, header_offset};
    if (const auto ok = check_flags(header); !ok) return tl::unexpected{ok.error()};
    auto image = header.flags().has(Flag::AddressFields) ? parse_described(file, header, entry) : parse_elf(file, header, entry);
    return std::move(image).map([](Image kernel) {
        kernel.format = Image::Format::Multiboot;
        kernel.mode = x86::Mode::Protected;
        return kernel;
    });
}

}  // namespace husk::multiboot
