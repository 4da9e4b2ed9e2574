#pragma once

#include "interleave.hpp"
#include "process.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What is measured: tables of rows that have yet to be filled.
namespace husk::bench {

/// The programs that are measured whole.
struct Programs {
    std::string husk;           ///< the command
    std::string kvm_floor;      ///< floor_life
    std::string unicorn_floor;  ///< unicorn_floor_life
    std::string guest;          ///< hello64.bin

    Command boot(std::string_view engine) const
    {
        return {husk, "boot", guest, "--flat", "--mode", "long", "--engine", std::string{engine}};
    }
};

struct Weighing {
    std::string what;
    std::function<Row()> measure;
};

struct Plan {
    Table table;
    std::vector<Comparison> comparisons{};
    std::vector<Weighing> weighings{};  ///< after the comparisons
};

/// Husk on KVM against the floor of raw ioctls.
Plan kvm_plan(const Programs& programs);
/// Husk on the software engine against Unicorn in plain C.
Plan soft_plan(const Programs& programs);
/// The two engines of Husk side by side.
Plan engines_plan(const Programs& programs);

/// All three, those that this host cannot measure with their obstacle and nothing else.
std::vector<Plan> all_plans(const Programs& programs);

}  // namespace husk::bench
