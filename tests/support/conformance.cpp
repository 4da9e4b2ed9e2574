#include "support/conformance.hpp"

#include "engine/kvm/abilities.hpp"
#include "guests/builtin.hpp"
#include "guests/conformance.hpp"
#include "support/lane.hpp"

#include <algorithm>
#include <ostream>

namespace husk::test {
namespace {

/// Guests that do not end in HLT with interrupts off.
constexpr std::string_view kTripleFaults[]{"long_triple", "long_triple_stack", "prot_triple", "real_triple"};

/// Guests that go astray at a place, rather than tell another line. "interpreted" is a KVM without VT-x or AMD-V.
struct NotFor {
    std::string_view guest, place, why;
};
constexpr NotFor kNotFor[]{
    {"long_align", "interpreted", "this KVM clears RFLAGS.AC on the way to ring 0, and keeps segments of ring 0 on the way back"},
    {"long_compat", "interpreted", "this KVM makes #UD of #BR, and does not know all far transfers"},
    {"long_control", "interpreted", "this KVM lets high bits into CR0"},
    {"long_double", "interpreted", "this KVM makes a double fault of any exception whose gate is not there"},
    {"long_pages", "interpreted", "this KVM writes the first part of an access across pages before the second part faults"},
    {"long_ring3", "interpreted", "this KVM shows ring 3 RFLAGS.IF set"},
    {"long_strict", "interpreted", "this KVM does not check what IRETQ loads"},
    {"long_syscall", "interpreted", "this KVM stays at ring 3 after SYSCALL"},
    {"prot_double", "interpreted", "this KVM knows no task gates"},
    {"prot_pae", "interpreted", "this KVM cannot page outside long mode"},
    {"real_triple", "interpreted", "this KVM does not look at the limit of the interrupt vector table"},
};

/// Why a guest's memory is not the same, byte by byte.
struct Differing {
    std::string_view guest;
    Extent extent;
    std::string_view why;
};
constexpr Differing kDiffering[]{
    {"prot_pae",
     {0x21000, 0x21001},
     "QEMU sets the accessed bit in a PAE pointer table's entry, where the manual has a reserved bit"},
};

/// Every known difference: what the transcripts call it, and why it is there. "nested" runs its guests on the processor that
/// QEMU 7.2 emulates, as the software engine does on that of QEMU 5.0, in Unicorn.
constexpr Reason kReasons[]{
    {"alignment", "QEMU does not check alignment"},
    {"canonical",
     "QEMU finds out late, and not of the instruction, that an address is not canonical; and it does not ask RPL of a null SS"},
    {"float",
     "QEMU raises no #XM and checks neither MXCSR nor, between x87 instructions, for #MF; Unicorn nor MOVAPS for alignment"},
    {"gate-code", "QEMU's error codes never have EXT set, and in long mode count gates by 16 bytes"},
    {"icebp", "QEMU does not know INT1"},
    {"ist-ss", "QEMU makes SS null with every interrupt stack, not only when the privilege changes"},
    {"registers",
     "QEMU does not check what is written to control registers and MSRs; KVM and the software engine do where they look"},
    {"reserved-bits", "QEMU leaves out P in a page fault's code for reserved bits"},
    {"resume-flag", "QEMU 7.2 sets RF for none of its faults (KVM does for those it injects); Unicorn pushes RF with PUSHF"},
    {"segment-limits",
     "QEMU checks neither limits nor types of segments at an access; the software engine does, but for a word across the end of 64 "
     "KiB"},
    {"syscall-flags", "QEMU 7.2 loses the arithmetic flags at SYSCALL"},
};

constexpr std::string_view kHello = "Hello, world!\n";

}  // namespace

std::vector<Place> places()
{
    std::vector<Place> result{{lane().name, lane().engine}};
    if (HUSK_SOFT_ENGINE && lane().engine != Engine::Soft) result.push_back({"soft", Engine::Soft});
    return result;
}

const std::vector<Subject>& subjects()
{
    static const std::vector<Subject> all = [] {
        std::vector<Subject> result;
        for (const guests::Conformance& guest : guests::conformance())
            result.push_back({guest.name, {guest.mode, guests::kConformanceBase, guest.code}, guest.transcript});
        static constexpr std::string_view kNames[]{"hello_real", "hello_protected", "hello_paged", "hello_long"};
        for (std::size_t i = 0; const guests::Builtin& guest : guests::builtin())
            result.push_back({kNames[i++], {guest.mode, GuestPhys{0}, guest.code}, kHello});
        return result;
    }();
    return all;
}

Stop expected_stop(std::string_view guest)
{
    if (std::ranges::find(kTripleFaults, guest) != std::end(kTripleFaults)) return stops::TripleFault{};
    return stops::Halted{};
}

std::string declared_obstacle(std::string_view guest, const Place& place)
{
    const bool interpreted = place.engine == Engine::Kvm && !kvm::abilities().native_ring0;
    for (const NotFor& each : kNotFor)
        if (each.guest == guest && each.place == (interpreted ? "interpreted" : place.name)) return std::string{each.why};
    return {};
}

std::span<const Reason> reasons()
{
    return kReasons;
}

std::vector<Extent> known_differences_in_memory(std::string_view guest)
{
    std::vector<Extent> found;
    for (const Differing& each : kDiffering)
        if (each.guest == guest) found.push_back(each.extent);
    return found;
}

std::ostream& operator<<(std::ostream& out, const Place& place)
{
    return out << place.name;
}

std::ostream& operator<<(std::ostream& out, const Subject& subject)
{
    return out << subject.name;
}

}  // namespace husk::test
