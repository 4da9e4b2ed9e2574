#include "debug/core/core_file.hpp"

#include "base/pages.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

namespace husk::debug {

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kNoteAlignment = 4;

struct Wide {
    using Header = Elf64_Ehdr;
    using Segment = Elf64_Phdr;
    static constexpr unsigned char kClass = ELFCLASS64;
    static constexpr Elf64_Half kMachine = EM_X86_64;
    static constexpr std::uint64_t kHighest = std::numeric_limits<Elf64_Addr>::max();
};
struct Narrow {
    using Header = Elf32_Ehdr;
    using Segment = Elf32_Phdr;
    static constexpr unsigned char kClass = ELFCLASS32;
    static constexpr Elf32_Half kMachine = EM_386;
    static constexpr std::uint64_t kHighest = std::numeric_limits<Elf32_Addr>::max();
};

static_assert(kMostCoreSegments + 1 < PN_XNUM);

template <typename Value>
void append(Bytes& bytes, const Value& value)
{
    const auto more = std::as_bytes(std::span{&value, 1});
    bytes.insert(bytes.end(), more.begin(), more.end());
}

template <typename Class>
typename Class::Header header(std::size_t segments)
{
    typename Class::Header header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = Class::kClass;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_CORE;
    header.e_machine = Class::kMachine;
    header.e_version = EV_CURRENT;
    header.e_phoff = sizeof header;
    header.e_ehsize = sizeof header;
    header.e_phentsize = sizeof(typename Class::Segment);
    header.e_phnum = static_cast<decltype(header.e_phnum)>(segments);
    return header;
}

template <typename Class>
typename Class::Segment segment(const CoreSegment& piece, std::uint64_t memory_at)
{
    typename Class::Segment segment{};
    using Word = decltype(segment.p_vaddr);
    segment.p_type = PT_LOAD;
    segment.p_flags = (piece.readable ? PF_R : 0u) | (piece.writable ? PF_W : 0u) | (piece.executable ? PF_X : 0u);
    segment.p_offset = static_cast<Word>(memory_at + piece.offset);
    segment.p_vaddr = static_cast<Word>(piece.linear);
    segment.p_paddr = static_cast<Word>(piece.physical);
    segment.p_filesz = static_cast<Word>(piece.in_file);
    segment.p_memsz = static_cast<Word>(piece.size);
    segment.p_align = static_cast<Word>(kPageSize);
    return segment;
}

/// True if all its numbers are such as the class has.
template <typename Class>
bool fits(const CoreSegment& piece, std::uint64_t memory_at)
{
    const std::uint64_t last = piece.size - 1;
    const auto holds = [&](std::uint64_t begin) { return begin <= Class::kHighest && last <= Class::kHighest - begin; };
    return piece.size <= Class::kHighest && holds(piece.linear) && piece.physical <= Class::kHighest &&
           (piece.in_file == 0 || holds(memory_at + piece.offset));
}

template <typename Class>
CoreFront front(std::span<const CoreSegment> segments, std::span<const std::byte> notes)
{
    const auto size_with = [&](std::size_t count) {
        return sizeof(typename Class::Header) + (count + 1) * sizeof(typename Class::Segment) + notes.size();
    };
    CoreFront front;
    // Where memory begins depends on how many there are, and whether one fits on where that is: as if all did.
    const std::uint64_t memory_at = page_up(size_with(std::min(segments.size(), kMostCoreSegments)));
    std::vector<const CoreSegment*> chosen;
    for (const CoreSegment& each : segments) {
        if (each.size == 0) continue;
        if (chosen.size() < kMostCoreSegments && fits<Class>(each, memory_at))
            chosen.push_back(&each);
        else
            front.complete = false;
    }
    append(front.bytes, header<Class>(chosen.size() + 1));
    typename Class::Segment note{};
    note.p_type = PT_NOTE;
    note.p_offset = static_cast<decltype(note.p_offset)>(size_with(chosen.size()) - notes.size());
    note.p_filesz = static_cast<decltype(note.p_filesz)>(notes.size());
    note.p_align = kNoteAlignment;
    append(front.bytes, note);
    for (const CoreSegment* const each : chosen) append(front.bytes, segment<Class>(*each, memory_at));
    front.bytes.insert(front.bytes.end(), notes.begin(), notes.end());
    front.bytes.resize(memory_at);
    return front;
}

}  // namespace

void CoreNotes::append(std::span<const std::byte> bytes)
{
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    bytes_.resize((bytes_.size() + kNoteAlignment - 1) / kNoteAlignment * kNoteAlignment);
}

/// elf(5), "Notes (Nhdr)", which are the same in both classes.
void CoreNotes::add(NoteKind kind, std::span<const std::byte> what)
{
    const Elf64_Nhdr head{.n_namesz = static_cast<Elf64_Word>(kind.owner.size() + 1),
                          .n_descsz = static_cast<Elf64_Word>(what.size()),
                          .n_type = kind.type};
    append(std::as_bytes(std::span{&head, 1}));
    const std::string name{kind.owner};
    append(std::as_bytes(std::span{name.c_str(), name.size() + 1}));
    append(what);
}

CoreFront core_front(CoreWidth width, std::span<const CoreSegment> segments, const CoreNotes& notes)
{
    return width == CoreWidth::Wide ? front<Wide>(segments, notes.bytes()) : front<Narrow>(segments, notes.bytes());
}

}  // namespace husk::debug
