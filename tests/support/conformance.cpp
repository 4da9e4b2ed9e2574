#include "support/conformance.hpp"

#include "engine/kvm/abilities.hpp"
#include "guests/builtin.hpp"
#include "guests/conformance.hpp"
#include "support/lane.hpp"

#include <algorithm>
#include <stdexcept>

namespace husk::test {
namespace {

/// Guests that do not end in HLT with interrupts off.
constexpr std::string_view kTripleFaults[]{"long_triple", "long_triple_stack", "prot_triple", "real_triple"};

/// Guests that go astray, rather than stop, on a KVM that interprets ring 0; docs/soft-engine.md, docs/testing.md.
struct Declared {
    std::string_view guest, places, why;
};
constexpr Declared kNotFor[]{
    {"", "", ""},
};

struct Reason {
    std::string_view name, words;
};
/// Every known difference: what the transcripts call it, and why it is there.
constexpr Reason kReasons[]{
    {"", ""},
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
    const bool limited = place.engine == Engine::Kvm && !kvm::abilities().native_ring0;
    const auto* found = std::ranges::find(kNotFor, guest, &Declared::guest);
    if (found == std::end(kNotFor)) return {};
    if (found->places == place.name || (found->places == "interpreted" && limited)) return std::string{found->why};
    return {};
}

std::string_view explained(std::string_view reason)
{
    const auto* found = std::ranges::find(kReasons, reason, &Reason::name);
    if (found == std::end(kReasons)) throw std::invalid_argument{"no reason is called " + std::string{reason}};
    return found->words;
}

}  // namespace husk::test
