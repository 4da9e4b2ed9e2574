#pragma once

#include <husk/machine.hpp>

#include <string>
#include <string_view>

// Guest tests are one program that runs once per lane: on the host's KVM, on the software engine, and nested, on a mainstream KVM
// inside QEMU's software CPU (tools/nested.sh). HUSK_LANE=kvm|soft|nested chooses; without it, kvm if there is one, else soft.
namespace husk::test {

struct Lane {
    std::string_view name;  ///< "kvm", "soft", "nested"
    Engine engine = Engine::Auto;
};

/// The lane this process runs in. Throws std::invalid_argument if HUSK_LANE names none.
const Lane& lane();

/// Why the lane cannot run here, in words; empty if it can.
std::string lane_obstacle();

/// `config` for the lane's engine.
MachineConfig on_lane(MachineConfig config = {});

}  // namespace husk::test
