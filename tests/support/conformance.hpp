#pragma once

#include "support/outcome.hpp"

#include <husk/machine.hpp>

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The conformance suite's tables: docs/testing.md, "Conformance".
namespace husk::test {

/// An engine and where it stands: the kvm of the nested lane is called "nested".
struct Place {
    std::string_view name;  ///< "kvm", "nested", "soft"
    Engine engine = Engine::Kvm;
};
std::ostream& operator<<(std::ostream& out, const Place& place);

/// Every engine this lane's host offers, the lane's own first.
std::vector<Place> places();

/// A guest the suite runs, wherever it comes from.
struct Subject {
    std::string_view name;
    Run run;
    std::string_view transcript;
};
std::ostream& operator<<(std::ostream& out, const Subject& subject);

/// The conformance guests and those built into the command.
const std::vector<Subject>& subjects();

/// How the guest should stop.
Stop expected_stop(std::string_view guest);

/// Why the guest is not for that place, declared rather than found out; empty if it is.
std::string declared_obstacle(std::string_view guest, const Place& place);

/// A known difference: what transcripts call it, and why it is there.
struct Reason {
    std::string_view name, words;
};
std::span<const Reason> reasons();

/// Where engines are known to leave different bytes behind, though they tell the same.
std::vector<Extent> known_differences_in_memory(std::string_view guest);

/// What need not be alike in memory after a guest whose transcript differs between the two places: the stacks, with the frames it
/// has told of.
inline constexpr Extent kStacks{0x6000, 0x8000};

}  // namespace husk::test
