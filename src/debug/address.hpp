#pragma once

#include <husk/address.hpp>
#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The walk of one linear address through the guest's page tables, and what each access to it comes to.
namespace husk::debug {

struct AddressStep {
    std::string_view level{};  ///< "PML4E"
    unsigned high_bit = 0;     ///< bits of the address that choose the entry
    unsigned low_bit = 0;
    std::uint64_t index = 0;
    GuestPhys at{};
    std::optional<std::uint64_t> entry{};  ///< nothing: the table is not in memory
    std::string flags{};                   ///< "PRESENT RW"
    std::string outcome{};                 ///< "leads to the PDPT at 0x3000"
};

struct AccessOutcome {
    unsigned ring = 0;
    std::string_view access{};             ///< "read", "write", "execute"
    std::optional<unsigned> error_code{};  ///< of the page fault that it raises
    std::string why{};                     ///< why it does; empty if it does not
};

struct AddressWords {
    GuestVirt linear{};
    std::string by{};  ///< "4-level paging, by the tables at CR3, 0x2000"
    std::vector<AddressStep> steps{};
    std::string end{};  ///< where it ends: "physical 0x1234, which is memory"
    std::optional<GuestPhys> physical{};
    std::vector<AccessOutcome> accesses{};  ///< none if there is no paging, or the address is not canonical
};

/// `flags` matters for CR4.SMAP.
AddressWords explain_walk(const GuestMemory& memory, const x86::SystemRegisters& system, Flags<x86::Rflags> flags,
                          GuestVirt linear);

/// "PML4", "PDPT", "PD", "PT", "PML5".
std::string_view table_name(unsigned level);
/// "4-level paging".
std::string_view paging_name(const x86::SystemRegisters& system);
/// "4 KiB": whole units of a number of pages' bytes.
std::string page_size_words(std::uint64_t bytes);

}  // namespace husk::debug
