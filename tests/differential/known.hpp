#pragma once

#include "differential/runner.hpp"
#include "differential/sequence.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace husk::test {

/// A difference between engines that is no defect of Husk's: what the manual leaves open, or what an engine cannot do.
struct Known {
    std::string_view what;
    std::string_view why;
    enum class Avoided : std::uint8_t {
        Masked,        ///< compared without it
        ByFlags,       ///< flags are not read, nor compared, until they are defined again
        NotGenerated,  ///< the generator does not make it
    } how;
};

/// All of them, as docs/testing.md lists them.
std::span<const Known> known_differences();

/// Families that the QEMU under the nested lane has wrong: they are no reference there.
std::span<const std::string_view> wrong_in_nested();

/// What the emulated processor of the nested lane keeps clear in the flags that an exception pushes: takes it away from `ending`,
/// which ended in a handler.
void clear_pushed_resume_flag(const Sequence& sequence, Ending& ending);

/// True if the byte at guest-physical `at` is a part of an XMM register's number that is NaN on both engines.
bool is_nan_on_both(const Sequence& sequence, std::uint64_t at, const Ending& one, const Ending& other);

/// The bits of the byte at guest-physical `at` that say nothing at the end of `sequence`.
std::byte masked_bits(const Sequence& sequence, std::uint64_t at);

}  // namespace husk::test
