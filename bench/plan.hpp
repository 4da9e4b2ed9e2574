#pragma once

#include "interleave.hpp"
#include "process.hpp"

#include <functional>
#include <memory>
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
    std::string work;           ///< program_work
    std::string start;          ///< program_start
    std::string ring3_floor;    ///< ring3_life
    std::string functions;      ///< program_functions

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
    std::vector<Weighing> weighings{};   ///< after the comparisons
    std::shared_ptr<const void> keep{};  ///< what the comparisons need
};

/// Husk on KVM against the floor of raw ioctls.
Plan kvm_plan(const Programs& programs);
/// Husk on the software engine against Unicorn in plain C.
Plan soft_plan(const Programs& programs);
/// The two engines of Husk side by side.
Plan engines_plan(const Programs& programs);

/// Programs in a machine of their own against the machine itself.
Plan native_plan(const Programs& programs);
/// Programs in a machine of their own against the floor of raw ioctls.
Plan program_plan(const Programs& programs);

/// Frozen images against the floor of raw ioctls.
Plan frozen_plan(const Programs& programs);
/// Functions of a frozen program against the floor of raw ioctls.
Plan instance_plan(const Programs& programs);

/// What a trace file costs.
Plan trace_plan(const Programs& programs);

/// A thawed Python against one that is started.
Plan python_plan(const Programs& programs);

/// All of them, those that this host cannot measure with their obstacle and nothing else.
std::vector<Plan> all_plans(const Programs& programs);

}  // namespace husk::bench
