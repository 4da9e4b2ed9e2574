// Runs generated sequences of instructions on KVM and on the software engine and compares the ends. Ends with one line that
// tools/test.sh gathers into its table:
//     lane differential: 14990 sequences on kvm and soft (compat 2143, …), 10 not executable (soft shld 10), 0 differ, seed 1
#include "differential/compare.hpp"
#include "differential/known.hpp"
#include "differential/options.hpp"
#include "differential/report.hpp"
#include "differential/shrink.hpp"
#include "engine/kvm/abilities.hpp"
#include "engine/kvm/vm.hpp"
#if HUSK_SOFT_ENGINE
#include "engine/soft/vm.hpp"
#endif

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <stdexcept>

namespace husk::test {
namespace {

constexpr int kSkipped = 77;  // what CTest is told to take as "skipped"
constexpr int kUsageError = 2;

std::string kvm_obstacle()
try {
    static_cast<void>(kvm::abilities());
    return {};
} catch (const Error& error) {
    return error.call() + ": " + error.code().message();
}

bool in_nested_lane()
{
    const char* lane = std::getenv("HUSK_LANE");
    return lane != nullptr && std::string_view{lane} == "nested";
}

/// What this host's KVM can do in each setting.
std::vector<Recipe> recipes(const Options& options)
{
    std::vector<Recipe> result;
    for (const Setting setting : options.settings.empty() ? std::vector(kSettings.begin(), kSettings.end()) : options.settings) {
        const bool legacy_paging = setting == Setting::Paged || setting == Setting::Pae;
        if (legacy_paging && !kvm::abilities().paging_outside_long_mode) continue;
        std::vector<std::string> without = options.without;
        if (in_nested_lane()) without.insert(without.end(), wrong_in_nested().begin(), wrong_in_nested().end());
        const bool native = kvm::abilities().native_ring0 || setting == Setting::User;
        result.push_back({setting, options.level.value_or(native ? Level::All : Level::Interpreted), std::move(without)});
    }
    return result;
}

/// Counts of what became of the sequences.
struct Tally {
    std::uint64_t ran = 0, differ = 0, skipped = 0;
    std::map<std::string, std::uint64_t> ran_in;
    std::map<std::string, std::uint64_t> differ_by;    ///< what remained of them, shrunk
    std::map<std::string, std::uint64_t> skipped_for;  ///< engine and instruction
};

std::unique_ptr<engine::Vm> make_soft()
{
#if HUSK_SOFT_ENGINE
    return soft::make_vm();
#else
    throw std::logic_error{"run() has looked for the software engine"};
#endif
}

class Differential {
public:
    explicit Differential(const Options& options)
        : options_{options}, recipes_{recipes(options)}, kvm_{kvm::make_vm(kvm::Kernel::host())}, soft_{make_soft()}
    {}

    Tally run()
    {
        if (options_.only) {
            check(*options_.only);
        } else {
            for (std::uint64_t index = 0; index < options_.count; ++index) check(index);
        }
        return tally_;
    }

private:
    Ending run_on(Runner& runner, const Sequence& sequence)
    {
        Ending ending = runner.run(sequence);
        if (nested_) clear_pushed_resume_flag(sequence, ending);
        return ending;
    }

    void check(std::uint64_t index)
    {
        const Recipe& recipe = recipes_[index % recipes_.size()];
        const Sequence sequence = make_sequence(options_.seed, index, recipe);
        const Ending on_kvm = run_on(kvm_, sequence);
        const Ending on_soft = run_on(soft_, sequence);
        if (skip(sequence, on_kvm, "kvm") || skip(sequence, on_soft, "soft")) return;
        ++tally_.ran;
        ++tally_.ran_in[std::string{name(recipe.setting)}];
        const std::vector<std::string> found = differences(sequence, on_kvm, on_soft);
        if (found.empty()) return;
        ++tally_.differ;
        show(sequence, found);
    }

    bool skip(const Sequence& sequence, const Ending& ending, std::string_view engine)
    {
        if (ending.end != Ending::End::CannotExecute) return false;
        const std::uint64_t offset = ending.state.registers.rip - sequence.start.registers.rip;
        ++tally_.skipped;
        ++tally_.skipped_for[fmt::format("{} {}", engine, step_at(sequence, offset))];
        return true;
    }

    std::vector<std::string> differences_of(const Sequence& sequence)
    {
        const Ending on_kvm = run_on(kvm_, sequence);
        const Ending on_soft = run_on(soft_, sequence);
        if (on_kvm.end == Ending::End::CannotExecute || on_soft.end == Ending::End::CannotExecute) return {};
        return differences(sequence, on_kvm, on_soft);
    }

    void show(const Sequence& sequence, const std::vector<std::string>& found)
    {
        if (differences_of(sequence).empty()) {
            ++tally_.differ_by["(what came before: it did not happen again)"];
            std::printf("%s(kvm, soft; it did not happen again)\n", report(sequence, found).c_str());
            return;
        }
        const Sequence shown =
            options_.shrink ? shrink(sequence, [this](const Sequence& each) { return !differences_of(each).empty(); }) : sequence;
        std::string kind;
        for (const Step& step : shown.steps)
            if (!step.removed) kind += (kind.empty() ? "" : "; ") + step.name;
        if (++tally_.differ_by[kind] > options_.most_reported) return;
        std::printf("%s(kvm, soft)\n", report(shown, differences_of(shown)).c_str());
    }

    Options options_;
    std::vector<Recipe> recipes_;
    bool nested_ = in_nested_lane();
    Runner kvm_, soft_;
    Tally tally_;
};

std::string counts(const std::map<std::string, std::uint64_t>& map)
{
    std::string text;
    for (const auto& [name, count] : map) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
    return text;
}

int run(const Options& options)
{
    std::string obstacle = kvm_obstacle();
    if (obstacle.empty() && !HUSK_SOFT_ENGINE) obstacle = "built without the software engine (no Unicorn >= 2.1)";
    if (!obstacle.empty()) {
        std::printf("lane differential: skipped: %s\n", obstacle.c_str());
        return kSkipped;
    }
    const Tally tally = Differential{options}.run();
    for (const auto& [kind, count] : tally.differ_by)
        std::printf("%6llu differ by: %s\n", static_cast<unsigned long long>(count), kind.c_str());
    for (const auto& [kind, count] : tally.differ_by)
        std::printf("%6llu differ by: %s\n", static_cast<unsigned long long>(count), kind.c_str());
    std::printf("lane differential: %llu sequences on kvm and soft (%s), %llu not executable (%s), %llu differ, seed %llu\n",
                static_cast<unsigned long long>(tally.ran), counts(tally.ran_in).c_str(),
                static_cast<unsigned long long>(tally.skipped), counts(tally.skipped_for).c_str(),
                static_cast<unsigned long long>(tally.differ), static_cast<unsigned long long>(options.seed));
    return tally.differ == 0 ? 0 : 1;
}

}  // namespace
}  // namespace husk::test

int main(int argc, char** argv)
try {
    return husk::test::run(husk::test::parse_options(std::span{argv, static_cast<std::size_t>(argc)}.subspan(1)));
} catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "%s", error.what());
    return husk::test::kUsageError;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return husk::test::kUsageError;
}
