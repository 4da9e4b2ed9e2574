#pragma once

#include "program/frozen/content.hpp"
#include "program/process/process.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace husk::program {

/// Maps the memory of a frozen program, of whose file `image` is a descriptor, and gives it randomness of its own. No byte of it is
/// read. Throws Error.
void restore_space(Process& process, const FrozenContent& content, int image);

Area area_of(const FrozenArea& frozen);
/// The areas that restore_space() makes.
std::vector<Restored> restored_areas(const FrozenContent& content);

/// The 16 bytes of AT_RANDOM anew, and where they belong: two that were thawed from one must not have the same, for C libraries
/// make their secrets of them.
class Randomness {
public:
    explicit Randomness(const ProgramState& state);
    /// Nothing, if the program has no AT_RANDOM.
    Fresh fresh() const { return at_ ? Fresh{*at_, bytes_} : Fresh{}; }

private:
    std::optional<std::uint64_t> at_;
    std::array<std::byte, 16> bytes_{};  // getauxval(3)
};

/// Its limits and attributes, as far as the process may have them.
void restore_standing(Process& process, const ProgramState& state);

/// What it wants done with signals, and those that wait. Once the process has its signals.
void restore_actions(Process& process, const ProgramState& state);

/// How a thread that was frozen is run.
enum class Goes : std::uint8_t {
    On,           ///< from where it was
    ByFunctions,  ///< by functions that the host calls, each of which finds its vector registers in memory: vectors_for()
};

/// A thread of it, in Process::threads. Throws Error, naming it, if this host's processor, or the engine, has not all of its
/// registers.
std::shared_ptr<Thread> restore_thread(Process& process, const FrozenThread& frozen, Goes goes);

/// Its x87 and vector registers in the size that `vcpu` has them.
std::vector<std::byte> vectors_for(engine::Vcpu& vcpu, const FrozenThread& frozen);

}  // namespace husk::program
