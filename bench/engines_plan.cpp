#include "plan.hpp"
#include "weight.hpp"
#include "work.hpp"

namespace husk::bench {

namespace {

// KVM may take 2 µs an instruction where it interprets ring 0.
constexpr std::uint64_t kRoundsOnKvm = 500;
constexpr std::uint64_t kRoundsOnSoft = 5'000'000;
constexpr std::size_t kPairs = 101;
constexpr std::size_t kFewPairs = 15;

/// The same piece of work on each engine.
template <typename Work>
Comparison both(const char* what, Work work, std::size_t pairs = kPairs, double units = 1)
{
    return {.what = what,
            .reference = [work] { return work(Engine::Kvm); },
            .measured = [work] { return work(Engine::Soft); },
            .pairs = pairs,
            .units = units};
}

Nanoseconds one_instruction(Engine engine)
{
    const std::uint64_t rounds = engine == Engine::Kvm ? kRoundsOnKvm : kRoundsOnSoft;
    return hot_loop(engine, rounds) / (static_cast<double>(rounds) * kInstructionsPerRound);
}

}  // namespace

Plan engines_plan(const Programs& programs)
{
    constexpr const char* kWeigh = "`husk boot`, peak resident memory beyond the guest's pages";
    Plan plan{.table = {.title = "The engines side by side", .reference = "KVM", .measured = "software"}};
    const auto boot = [programs](Engine engine) { return run_process(programs.boot(name(engine))); };
    const auto ports = [](guest::Code code) { return [code](Engine engine) { return port_exits(engine, code); }; };
    const auto mmio = [](guest::Code code) { return [code](Engine engine) { return mmio_exits(engine, code); }; };
    const auto print = [](guest::Code code) { return [code](Engine engine) { return console(engine, code); }; };
    plan.comparisons = {
        both("`husk boot` of the hello guest, whole process", boot),
        both("whole life of a long-mode guest, in-process", life),
        both("one instruction of a hot loop at ring 0", one_instruction, kFewPairs),
        both("one port exit and back, OUT", ports(guest::thousand_outs_in_a_loop()), kPairs, kExits),
        both("one port exit and back, IN", ports(guest::thousand_ins_in_a_loop()), kPairs, kExits),
        both("one write to a device in memory", mmio(guest::thousand_mmio_writes()), kPairs, kExits),
        both("one read of a device in memory", mmio(guest::thousand_mmio_reads()), kPairs, kExits),
        both("one exception to the guest's handler, and IRETQ", exceptions, kPairs, static_cast<double>(kAccesses)),
        both("64 KiB of console output, byte by byte", print(guest::print_bytes()), kFewPairs),
        both("64 KiB of console output, rep outsb", print(guest::print_string()), kFewPairs),
    };
    plan.weighings = {{kWeigh, [programs] {
                           return weigh(kWeigh, {programs.boot("kvm"), touched_on_husk(Engine::Kvm)},
                                        {programs.boot("soft"), touched_on_husk(Engine::Soft)}, {});
                       }}};
    return plan;
}

}  // namespace husk::bench
