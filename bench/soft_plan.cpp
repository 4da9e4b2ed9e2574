#include "plan.hpp"
#include "weight.hpp"
#include "work.hpp"

namespace husk::bench {

namespace {

#if HUSK_SOFT_ENGINE

using OnUnicorn = OnFloor<UnicornFloor>;
constexpr std::uint64_t kRounds = 5'000'000;

Comparison exits(const char* what, Nanoseconds (*work)(Engine, guest::Code), guest::Code code)
{
    return {.what = what,
            .reference = [code] { return OnUnicorn::exits(code); },
            .measured = [work, code] { return work(Engine::Soft, code); },
            .units = kExits};
}

Comparison whole_console(const char* what, guest::Code code)
{
    return {.what = what,
            .reference = [code] { return OnUnicorn::console(code); },
            .measured = [code] { return console(Engine::Soft, code); },
            .pairs = 31};
}

std::vector<Comparison> comparisons(const Programs& programs)
{
    return {
        {.what = "one instruction of a hot loop at ring 0",
         .reference = [] { return OnUnicorn::hot_loop(kRounds); },
         .measured = [] { return hot_loop(Engine::Soft, kRounds); },
         .pairs = 31,
         .units = kRounds * kInstructionsPerRound,
         .bound = Bound{Bound::Of::Throughput, 0.8}},
        {.what = "`husk boot` of the hello guest, whole process",
         .reference = [command = Command{programs.unicorn_floor}] { return run_process(command); },
         .measured = [command = programs.boot("soft")] { return run_process(command); },
         .bound = Bound{Bound::Of::Time, 1.3}},
        {.what = "whole life of a long-mode guest, in-process",
         .reference = OnUnicorn::life,
         .measured = [] { return life(Engine::Soft); }},
        exits("one port exit and back, OUT", port_exits, guest::thousand_outs_in_a_loop()),
        exits("one port exit and back, IN", port_exits, guest::thousand_ins_in_a_loop()),
        exits("one write to a device in memory", mmio_exits, guest::thousand_mmio_writes()),
        exits("one read of a device in memory", mmio_exits, guest::thousand_mmio_reads()),
        whole_console("64 KiB of console output, byte by byte", guest::print_bytes()),
        whole_console("64 KiB of console output, rep outsb", guest::print_string()),
    };
}

std::vector<Weighing> weighings(const Programs& programs)
{
    constexpr const char* kWeigh = "`husk boot`, peak resident memory beyond the guest's pages";
    return {{kWeigh, [programs] {
                 return weigh(kWeigh, {{programs.unicorn_floor}, touched_on_floor<UnicornFloor>()},
                              {programs.boot("soft"), touched_on_husk(Engine::Soft)}, {});
             }}};
}

#else

std::vector<Comparison> comparisons(const Programs&)
{
    return {};
}

std::vector<Weighing> weighings(const Programs&)
{
    return {};
}

#endif

}  // namespace

Plan soft_plan(const Programs& programs)
{
    return {
        .table = {.title = "Husk on the software engine, and Unicorn in plain C", .reference = "Unicorn in C", .measured = "husk"},
        .comparisons = comparisons(programs),
        .weighings = weighings(programs)};
}

}  // namespace husk::bench
