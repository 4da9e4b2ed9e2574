#pragma once

#include "program/frozen/descriptor.hpp"
#include "program/frozen/functions.hpp"
#include "program/space/layout.hpp"
#include "x86/needed_features.hpp"

#include <husk/frozen_program.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What a frozen program is. Bits, numbers and layouts are those of Linux for x86-64; addresses are the guest's. What of it comes
/// from a file has passed check_state().
namespace husk::program {

/// Area of the space: what is mapped there, to the guest. Where no region of the memory is, it is zero.
struct FrozenArea {
    std::uint64_t begin = 0, end = 0;
    std::uint32_t protection = 0;  ///< PROT_…
    std::uint32_t flags = 0;       ///< MAP_…
    std::uint64_t file_offset = 0;
    std::string name{};
    bool wipe_on_fork = false;
    bool operator==(const FrozenArea&) const = default;
};

/// Whole pages of the space, from `begin` to before `end`.
struct FrozenRange {
    std::uint64_t begin = 0, end = 0;
    bool operator==(const FrozenRange&) const = default;
};

/// Signals that wait: the kernel's siginfo_t of each, in the order they came, and the set of those that wait without one, too.
struct FrozenPending {
    std::uint64_t set = 0;
    std::vector<std::vector<std::byte>> infos{};
    bool operator==(const FrozenPending&) const = default;
};

/// A call that waits, made again, and what is left of its time.
struct FrozenWait {
    std::uint64_t number = 0;
    std::vector<std::uint64_t> arguments{};  ///< six
    std::uint64_t left = 0;                  ///< nanoseconds
    bool operator==(const FrozenWait&) const = default;
};

struct FrozenThread {
    std::uint32_t id = 0;
    bool first = false;  ///< the program's first, whose name is the program's
    std::string name{};
    x86::Registers registers{};
    std::uint64_t fs_base = 0, gs_base = 0;
    std::vector<std::byte> vectors{};  ///< as XSAVE's standard format has them
    std::uint64_t clear_child_tid = 0, robust_list = 0;
    std::uint64_t blocked = 0;  ///< signals
    FrozenPending pending{};
    std::uint64_t stack = 0, stack_size = 0;  ///< for signal handlers
    std::uint32_t stack_flags = 0;
    bool asked_to_freeze = false;  ///< it goes on with the call by which it asked to be frozen
    std::optional<FrozenWait> wait{};
    bool operator==(const FrozenThread&) const = default;
};

/// What the program wants done with a signal: of those that it has not left alone.
struct FrozenAction {
    std::uint32_t signal = 0;
    std::uint64_t handler = 0, flags = 0, restorer = 0, mask = 0;
    bool operator==(const FrozenAction&) const = default;
};

/// RLIMIT_…, by its number.
struct FrozenLimit {
    std::uint64_t current = 0, maximum = 0;
    bool operator==(const FrozenLimit&) const = default;
};

/// The host's vDSO, whose functions the program has found.
struct FrozenVdso {
    std::uint64_t hash = 0;  ///< XXH64 of its code
    std::uint64_t size = 0;  ///< bytes, data and code
    bool operator==(const FrozenVdso&) const = default;
};

/// What the program was granted. It gives a thaw nothing by itself.
struct FrozenGrant {
    std::string path{};
    bool writable = false;
    std::string at{};
    bool by_default = false;
    bool operator==(const FrozenGrant&) const = default;
};

struct ProgramState {
    std::uint32_t id = 0;
    std::string program{};  ///< its path, as it saw it
    std::string name{};     ///< what it has named itself, if it has
    std::string working_directory{};
    std::vector<std::string> arguments{}, environment{};
    std::vector<std::byte> auxiliary{};  ///< the auxiliary vector
    std::uint32_t umask = 0;
    bool dumpable = true, no_new_privileges = false;
    std::uint64_t bias = 0;                        ///< what the addresses of its executable are raised by
    std::optional<std::uint64_t> address_space{};  ///< ProgramConfig's
    std::uint64_t break_begin = 0, break_end = 0;
    std::vector<FrozenArea> areas{};
    std::vector<FrozenThread> threads{};
    std::vector<FrozenAction> actions{};
    FrozenPending pending{};
    std::vector<FrozenLimit> limits{};
    std::vector<FrozenDescriptor> descriptors{};
    std::optional<FrozenVdso> vdso{};
    std::vector<FrozenGrant> grants{};
    bool private_tmp = false;
    std::uint64_t functions_size = 0;    ///< bytes of Functions
    std::vector<FrozenRange> touched{};  ///< what a thaw is known to write to soon: FrozenProgram::learn()
    bool operator==(const ProgramState&) const = default;
};

/// Where things are in its space.
inline layout::Extent extent_of(const ProgramState& state)
{
    return layout::Extent{state.address_space.value_or(layout::kSpace)};
}

struct FrozenContent {
    FrozenInfo info;
    ProgramState state;
    std::shared_ptr<const MemoryImage> memory;
    std::shared_ptr<const Functions> functions = std::make_shared<const Functions>(memory, state.functions_size);
    x86::NeededFeatures needed{info.cpu_features};  ///< the same as its names, to be compared at each thaw
};

}  // namespace husk::program
