#include "plan.hpp"
#include "weight.hpp"
#include "work.hpp"

namespace husk::bench {

namespace {

using OnKvmFloor = OnFloor<KvmFloor>;

Comparison one_port_exit(const char* what, guest::Code code)
{
    return {.what = what,
            .reference = [code] { return OnKvmFloor::exits(code); },
            .measured = [code] { return port_exits(Engine::Kvm, code); },
            .units = kExits,
            .bound = Bound{Bound::Of::Time, 1.05}};
}

// The floor takes one exit a byte; Husk lets KVM gather them.
Comparison whole_console(const char* what, guest::Code code, double throughput)
{
    return {.what = what,
            .reference = [code] { return OnKvmFloor::console(code); },
            .measured = [code] { return console(Engine::Kvm, code); },
            .pairs = 15,  // one takes seconds where KVM interprets ring 0
            .bound = Bound{Bound::Of::Throughput, throughput}};
}

}  // namespace

Plan kvm_plan(const Programs& programs)
{
    constexpr const char* kWeigh = "`husk boot`, peak resident memory beyond the guest's pages";
    Plan plan{.table = {.title = "Husk on KVM, and the floor", .reference = "floor", .measured = "husk"}};
    plan.comparisons = {
        {.what = "whole life of a long-mode guest, in-process",
         .reference = OnKvmFloor::life,
         .measured = [] { return life(Engine::Kvm); },
         .pairs = 1001,
         .bound = Bound{Bound::Of::Time, 1.10}},
        one_port_exit("one port exit and back, OUT", guest::thousand_outs()),
        one_port_exit("one port exit and back, IN", guest::thousand_ins()),
        {.what = "`husk boot` of the hello guest, whole process",
         .reference = [command = Command{programs.kvm_floor}] { return run_process(command); },
         .measured = [command = programs.boot("kvm")] { return run_process(command); },
         .bound = Bound{Bound::Of::Time, 1.5}},
        whole_console("64 KiB of console output, byte by byte", guest::print_bytes(), 1.3),
        whole_console("64 KiB of console output, rep outsb", guest::print_string(), 1.0),
    };
    plan.weighings = {{kWeigh, [programs] {
                           return weigh(kWeigh, {{programs.kvm_floor}, touched_on_floor<KvmFloor>()},
                                        {programs.boot("kvm"), touched_on_husk(Engine::Kvm)}, Bound{Bound::Of::Memory, 4096});
                       }}};
    return plan;
}

}  // namespace husk::bench
