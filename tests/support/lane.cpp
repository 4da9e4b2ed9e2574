#include "support/lane.hpp"

#include "engine/kvm/system.hpp"

#include <husk/error.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace husk::test {
namespace {

constexpr std::array<Lane, 3> kLanes{{{"kvm", Engine::Kvm}, {"soft", Engine::Soft}, {"nested", Engine::Kvm}}};

/// Why there is no usable KVM; empty if there is.
std::string kvm_obstacle()
try {
    const kvm::System system;
    return {};
} catch (const Error& error) {
    return error.call() + ": " + error.code().message();
}

Lane chosen_lane()
{
    const char* wanted = std::getenv("HUSK_LANE");
    if (wanted == nullptr) return kvm_obstacle().empty() ? kLanes[0] : kLanes[1];
    const auto* found = std::ranges::find(kLanes, std::string_view{wanted}, &Lane::name);
    if (found == kLanes.end())
        throw std::invalid_argument{"HUSK_LANE is \"" + std::string{wanted} + "\"; lanes are kvm, soft, nested"};
    return *found;
}

}  // namespace

const Lane& lane()
{
    static const Lane chosen = chosen_lane();
    return chosen;
}

std::string lane_obstacle()
{
    if (lane().engine == Engine::Kvm) return kvm_obstacle();
    return HUSK_SOFT_ENGINE ? "" : "built without the software engine (no Unicorn >= 2.1)";
}

MachineConfig on_lane(MachineConfig config)
{
    config.engine = lane().engine;
    return config;
}

}  // namespace husk::test
