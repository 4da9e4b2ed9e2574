#include "cli/accumulator.hpp"
#include "cli/commands.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/print.hpp"
#include "cli/tour.hpp"
#include "guests/builtin.hpp"
#include "memory/map.hpp"

#include <husk/error.hpp>
#include <husk/machine.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>

namespace husk::cli {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Options {
    std::string engine = "auto";
    bool json = false;
    bool explain = false;
};

/// One guest's whole life.
struct Outcome {
    std::optional<Stop> stop;
    Engine engine = Engine::Auto;
    std::string engine_reason;
    std::string output;
    std::uint64_t in_register = 0;
    std::uint64_t in_memory = 0;
    Milliseconds create{}, run{}, destroy{};
    Tour tour;            ///< if it is to be explained
    std::string refusal;  ///< why it could not run at all

    bool right() const { return stop == Stop{stops::Halted{}} && in_register == guests::kAnswer && in_memory == guests::kAnswer; }
};

/// What KVM is not asked for, and what the software engine does instead of asking.
class Told {
public:
    Told(Tour& tour, bool wanted) : tour_{tour}, wanted_{wanted} {}

    StepSink sink() const
    {
        if (!wanted_) return {};
        return [&tour = tour_](const Step& step) { tour.add(step); };
    }
    void created(const Machine& machine) const
    {
        if (!wanted_ || machine.engine() != Engine::Soft) return;
        tour_.add({"processor", "Unicorn's"});
        for (const auto& [spec, host] : machine.memory().regions())
            tour_.add({"memory", fmt::format("{} KiB at guest-physical {:#x}", spec.size / 1_KiB, spec.base.value)});
    }
    void written(const guests::Builtin& guest) const
    {
        if (wanted_) tour_.add({"code", fmt::format("{} bytes at guest-physical {:#x}", guest.code.size(), map::kFlatImage.value)});
    }
    void started(Machine& machine, x86::Mode mode) const
    {
        if (!wanted_) return;
        if (const GuestPhys end = machine.tables_end(mode); end.value != 0)
            tour_.add({"page tables", fmt::format("guest-physical {:#x} to {:#x}", map::kPageTables.value, end.value - 1)});
        if (machine.engine() != Engine::Soft) return;
        tour_.add({"system registers", "", {}, machine.system_registers()});
        tour_.add({"general registers", "", machine.registers(), {}});
    }
    void stopped(Machine& machine, const Outcome& outcome) const
    {
        if (!wanted_) return;
        if (machine.engine() == Engine::Soft)
            tour_.add({"run", fmt::format("{} exits, the last one: {}", machine.stats().exits, describe(*outcome.stop))});
        tour_.add({"answer", fmt::format("{} in memory, {} in the register", outcome.in_memory, outcome.in_register)});
    }

private:
    Tour& tour_;
    bool wanted_;
};

Outcome live(const guests::Builtin& guest, Engine engine, bool explain)
{
    constexpr std::chrono::seconds kPatience{10};
    Outcome outcome;
    const Told told{outcome.tour, explain};
    const auto created = Clock::now();
    std::optional<Machine> machine{std::in_place, MachineConfig{
                                                      .engine = engine,
                                                      .mode = guest.mode,
                                                      .debug_console =
                                                          [&](auto bytes) {
                                                              for (const std::byte byte : bytes)
                                                                  outcome.output += static_cast<char>(byte);
                                                          },
                                                      .on_step = told.sink(),
                                                  }};
    told.created(*machine);
    machine->memory().write(map::kFlatImage, guest.code);
    told.written(guest);
    machine->start(guest.mode, map::kFlatImage);
    told.started(*machine, guest.mode);

    const auto started = Clock::now();
    outcome.stop = machine->run(kPatience);
    const auto stopped = Clock::now();
    outcome.engine = machine->engine();
    outcome.engine_reason = machine->engine_reason();
    outcome.in_register = lower(machine->registers().rax, bits(guest.mode));
    outcome.in_memory = lower(machine->memory().load<std::uint64_t>(map::kAnswer).value_or(0), bits(guest.mode));
    told.stopped(*machine, outcome);

    const auto checked = Clock::now();
    machine.reset();
    outcome.create = started - created;
    outcome.run = stopped - started;
    outcome.destroy = Clock::now() - checked;
    return outcome;
}

/// "Hello, world!\n" on one line of ours.
std::string one_line(std::string_view output)
{
    std::string text;
    for (const char c : output) {
        if (c == '\n') continue;
        if (c >= ' ' && c <= '~')
            text += c;
        else
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return text;
}

std::string report(const guests::Builtin& guest, const Outcome& outcome)
{
    const auto mode = name(guest.mode);
    if (!outcome.refusal.empty()) return fmt::format("{:<10} {}-bit  cannot run: {}\n", mode, bits(guest.mode), outcome.refusal);
    std::string text =
        fmt::format("{:<10} {}-bit  on {:<4}  \"{}\"\n", mode, bits(guest.mode), name(outcome.engine), one_line(outcome.output));
    text += fmt::format("           stop    {}\n", describe(*outcome.stop));
    text += fmt::format("           answer  {} in {}, {} in {} bytes at {:#x}: {}\n", outcome.in_register,
                        accumulator(bits(guest.mode)), outcome.in_memory, guest.answer_size, map::kAnswer.value,
                        outcome.right() ? "right" : fmt::format("WRONG, expected {}", guests::kAnswer));
    text += outcome.tour.text();
    text += fmt::format("           time    create {:.2f} ms, run {:.2f} ms, destroy {:.2f} ms\n", outcome.create.count(),
                        outcome.run.count(), outcome.destroy.count());
    return text;
}

nlohmann::json to_json(const guests::Builtin& guest, const Outcome& outcome, bool explained)
{
    nlohmann::json object{{"mode", name(guest.mode)}, {"bits", bits(guest.mode)}, {"right", outcome.right()}};
    if (!outcome.refusal.empty()) {
        object["refusal"] = outcome.refusal;
        return object;
    }
    object.update({{"engine", name(outcome.engine)},
                   {"output", outcome.output},
                   {"stop", stop_name(*outcome.stop)},
                   {"register", outcome.in_register},
                   {"memory", outcome.in_memory},
                   {"create_ms", outcome.create.count()},
                   {"run_ms", outcome.run.count()},
                   {"destroy_ms", outcome.destroy.count()}});
    if (explained) object["steps"] = outcome.tour.to_json();
    if (!outcome.engine_reason.empty()) object["engine_reason"] = outcome.engine_reason;
    return object;
}

Outcome try_to_live(const guests::Builtin& guest, Engine engine, bool explain)
{
    try {
        return live(guest, engine, explain);
    } catch (const Error& error) {
        Outcome outcome;
        outcome.refusal = error.hint().empty() ? error.what() : error.hint();
        return outcome;
    }
}

/// Whom a reason to take the software engine concerns. Every KVM can do real mode: where it is not taken for that there is none.
std::string whom(const guests::Builtin& guest)
{
    return guest.mode == x86::Mode::Real ? "every guest" : fmt::format("the {} guest", name(guest.mode));
}

int demo(const Options& options)
{
    const Engine engine = parse_engine(options.engine);
    nlohmann::json all = nlohmann::json::array();
    std::size_t right = 0;
    std::string told;  // each reason is said once
    for (const auto& guest : guests::builtin()) {
        const Outcome outcome = try_to_live(guest, engine, options.explain);
        right += outcome.right() ? 1 : 0;
        if (options.json) {
            all.push_back(to_json(guest, outcome, options.explain));
            continue;
        }
        if (outcome.engine_reason != told) tell_engine_choice(whom(guest), outcome.engine_reason);
        told = outcome.engine_reason;
        print(report(guest, outcome));
    }
    if (options.json)
        print(all.dump(2) + "\n");
    else
        print(fmt::format("{} of {} guests answered {}\n", right, guests::builtin().size(), guests::kAnswer));
    return right == guests::builtin().size() ? kSuccess : kWrongAnswer;
}

}  // namespace

Action add_demo(CLI::App& command)
{
    auto options = std::make_shared<Options>();
    add_engine_option(command, options->engine);
    command.add_flag("--json", options->json, "Print one JSON array instead of text");
    command.add_flag("--explain", options->explain, "Tell each step of the way from /dev/kvm to HLT: what was set, and why");
    command.footer("Exit status: 0 if all four answered, 100 if not.");
    return [options] { return demo(*options); };
}

}  // namespace husk::cli
