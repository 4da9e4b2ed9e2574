#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// What core files are made of: elf(5), of type ET_CORE.
namespace husk::debug {

enum class CoreWidth : std::uint8_t {
    Narrow,  ///< ELFCLASS32, EM_386
    Wide,    ///< ELFCLASS64, EM_X86_64
};

/// A note's type, and whose it is: "CORE" or "LINUX".
struct NoteKind {
    std::string_view owner;
    std::uint32_t type = 0;
};

/// Notes, one behind another.
class CoreNotes {
public:
    void add(NoteKind kind, std::span<const std::byte> what);
    std::span<const std::byte> bytes() const { return bytes_; }

private:
    void append(std::span<const std::byte> bytes);

    std::vector<std::byte> bytes_;
};

/// A piece of a guest's memory: whole pages.
struct CoreSegment {
    std::uint64_t linear = 0, physical = 0;
    std::uint64_t size = 0;     ///< bytes of memory
    std::uint64_t in_file = 0;  ///< the first so many of them are in the file
    std::uint64_t offset = 0;   ///< there, from where memory begins
    bool readable = true, writable = false, executable = false;

    bool operator==(const CoreSegment&) const = default;
};

/// So many segments a core file can have: what an ELF header counts, less the one that notes are.
inline constexpr std::size_t kMostCoreSegments = 0xFFFF - 2;

/// All of a core file that comes before memory: whole pages.
struct CoreFront {
    std::vector<std::byte> bytes;
    bool complete =
        true;  ///< false: there are more segments than a core file can have, or some lie where its class has no addresses
};
CoreFront core_front(CoreWidth width, std::span<const CoreSegment> segments, const CoreNotes& notes);

/// How much of a guest's memory a core file holds.
enum class CoreExtent : std::uint8_t {
    Whole,
    Part,  ///< there is more than a core file can tell of
};

}  // namespace husk::debug
