#include "plan.hpp"

#include <husk/error.hpp>
#include <husk/machine.hpp>

namespace husk::bench {

namespace {

/// Why this host has no such engine; empty if it has.
std::string obstacle(Engine engine)
{
    try {
        const Machine machine{{.engine = engine}};
        return {};
    } catch (const Error& error) {
        return error.what();
    }
}

}  // namespace

std::vector<Plan> all_plans(const Programs& programs)
{
    const std::string no_kvm = obstacle(Engine::Kvm);
    const std::string no_soft = obstacle(Engine::Soft);
    std::vector<Plan> plans{kvm_plan(programs),     soft_plan(programs),   engines_plan(programs),  native_plan(programs),
                            program_plan(programs), frozen_plan(programs), instance_plan(programs), python_plan(programs),
                            trace_plan(programs)};
    plans[0].table.obstacle = no_kvm;
    plans[1].table.obstacle = no_soft;
    plans[2].table.obstacle = no_kvm.empty() ? no_soft : no_kvm;
    if (!no_kvm.empty()) plans[7].table.obstacle = plans[8].table.obstacle = no_kvm;
    plans[3].table.obstacle = plans[4].table.obstacle = plans[5].table.obstacle = plans[6].table.obstacle = no_kvm;
    return plans;
}

}  // namespace husk::bench
