#include "base/indented.hpp"
#include "cli/abilities.hpp"
#include "cli/checkup.hpp"
#include "cli/commands.hpp"
#include "cli/exit_status.hpp"
#include "cli/lessons.hpp"
#include "cli/print.hpp"
#include "cli/tour.hpp"
#include "machine/choose_engine.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace husk::cli {

namespace {

constexpr int kProblemFound = 1;

std::string_view word(Finding::Grade grade)
{
    switch (grade) {
        case Finding::Grade::Ok: return "ok";
        case Finding::Grade::Missing: return "missing";
        case Finding::Grade::Problem: return "PROBLEM";
    }
    return "?";
}

std::string line(const Finding& finding)
{
    std::string text = fmt::format("{:<8} {:<27} {}\n", word(finding.grade), finding.subject, finding.state);
    if (!finding.advice.empty()) text += fmt::format("{:37}{}\n", "", finding.advice);
    return text;
}

std::string lesson_lines(const Finding& finding)
{
    const Lesson* const lesson = lesson_of(finding.subject);
    if (lesson == nullptr) return {};
    constexpr std::size_t kWidth = 130, kIndent = 23;
    std::string text;
    for (const auto& [name, words] :
         {std::pair{"what it is", lesson->is}, std::pair{"with it", lesson->with}, std::pair{"without", lesson->without}})
        text += fmt::format("           {:<10}  {}\n", name, wrapped(words, kWidth, kIndent));
    return text;
}

std::string verdict(std::size_t problems, std::size_t missing)
{
    if (problems != 0) return fmt::format("{} problem{}\n", problems, problems == 1 ? "" : "s");
    if (missing != 0) return fmt::format("No problem; {} thing{} Husk does without.\n", missing, missing == 1 ? "" : "s");
    return "No problem.\n";
}

/// What the engines of this host offer, those that are there; each has the same things in the same order.
struct Offer {
    Engine engine = Engine::Kvm;
    std::vector<Ability> abilities;
};

std::vector<Offer> find_offers()
{
    std::vector<Offer> offers;
    for (const Engine engine : {Engine::Kvm, Engine::Soft}) {
        try {
            (void)machine::choose_engine(engine, x86::Mode::Real);
        } catch (const Error&) {
            continue;  // a finding says why
        }
        offers.push_back({engine, find_abilities(engine)});
    }
    return offers;
}

/// A table's lines: the first column is as wide as it must be, and so are the others.
std::string align(const std::vector<std::vector<std::string>>& lines)
{
    std::vector<std::size_t> widths(lines.front().size());
    for (const auto& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i) widths.at(i) = std::max(widths.at(i), line.at(i).size());
    std::string text;
    for (const auto& line : lines) {
        std::string padded;
        for (std::size_t i = 0; i < line.size(); ++i) padded += fmt::format("{:<{}}  ", line.at(i), widths.at(i));
        padded.erase(padded.find_last_not_of(' ') + 1);
        text += padded + "\n";
    }
    return text;
}

std::string table(const std::vector<Offer>& offers)
{
    if (offers.empty()) return {};
    std::vector<std::vector<std::string>> lines{{"A guest has"}};
    for (const Ability& ability : offers.front().abilities) lines.push_back({"  " + ability.what});
    for (const Offer& offer : offers) {
        lines.front().push_back(fmt::format("on {}", name(offer.engine)));
        for (std::size_t i = 0; i < offer.abilities.size(); ++i) lines.at(i + 1).push_back(offer.abilities.at(i).state);
    }
    return "\n" + align(lines) + "\n";
}

/// What was asked of /dev/kvm, from one opening of it to the next: the questions, and a guest each for what no answer tells.
class Asked {
public:
    /// What was told already is left out: of the guests that follow, all in which they do not differ.
    void add(const Step& step)
    {
        if (step.call == "open" || parts_.empty()) {
            parts_.emplace_back();
            told_.insert(calls_.begin(), calls_.end());
        }
        const bool registers = step.registers || step.system;
        if (!told_.insert(step.call + ": " + step.what).second && !registers) return;
        if (told_.contains(step.call) && !registers && step.call != "KVM_RUN") return;
        calls_.insert(step.call);
        parts_.back().add(step);
    }

    std::string text() const
    {
        std::string text;
        for (std::size_t i = 0; i < parts_.size(); ++i) text += fmt::format("{}\n{}", title(i), parts_[i].text());
        return text.empty() ? text : text + "\n";
    }
    nlohmann::json to_json() const
    {
        auto all = nlohmann::json::array();
        for (std::size_t i = 0; i < parts_.size(); ++i) all.push_back({{"of", title(i)}, {"steps", parts_[i].to_json()}});
        return all;
    }

private:
    /// In the order of kvm::inspect().
    static std::string_view title(std::size_t part)
    {
        constexpr std::array<std::string_view, 3> kTitles{
            "What the kernel answers", "A guest in long mode that begins with the x87's FLD1, at ring 0",
            "A guest with 32-bit paging that begins with HLT, made by the same steps"};
        return kTitles.at(std::min(part, kTitles.size() - 1));
    }

    std::vector<Tour> parts_;
    std::set<std::string> calls_;  ///< of all parts so far
    std::set<std::string> told_;   ///< calls of the parts before this one, and whole steps of all
};

/// The states that need words, each once.
std::string meanings(const std::vector<Offer>& offers)
{
    std::set<std::string> states;
    for (const Offer& offer : offers)
        for (const Ability& ability : offer.abilities) states.insert(ability.state);
    std::vector<std::vector<std::string>> lines;
    for (const std::string& state : states)
        if (const auto words = meaning_of(state); !words.empty()) lines.push_back({"  " + state, std::string{words}});
    return lines.empty() ? std::string{} : align(lines) + "\n";
}

nlohmann::json to_json(const Finding& finding, bool explain)
{
    nlohmann::json one{{"subject", finding.subject},
                       {"grade", finding.grade == Finding::Grade::Problem ? "problem" : word(finding.grade)},
                       {"state", finding.state},
                       {"advice", finding.advice}};
    if (const Lesson* const lesson = lesson_of(finding.subject); explain && lesson != nullptr)
        one.update({{"is", lesson->is}, {"with", lesson->with}, {"without", lesson->without}});
    return one;
}

nlohmann::json to_json(const std::vector<Finding>& findings, const std::vector<Offer>& offers, std::size_t problems, bool explain)
{
    auto all = nlohmann::json::array();
    for (const auto& one : findings) all.push_back(to_json(one, explain));
    auto engines = nlohmann::json::object();
    for (const Offer& offer : offers)
        for (const Ability& ability : offer.abilities) engines[std::string{name(offer.engine)}][ability.what] = ability.state;
    return {{"problems", problems}, {"findings", all}, {"engines", engines}};
}

int doctor(bool json, bool explain)
{
    Asked asked;
    const auto findings = check_host(explain ? [&](const Step& step) { asked.add(step); } : StepSink{});
    const auto offers = find_offers();
    const auto count = [&](Finding::Grade grade) {
        return static_cast<std::size_t>(std::ranges::count(findings, grade, &Finding::grade));
    };
    const std::size_t problems = count(Finding::Grade::Problem);
    if (json) {
        auto all = to_json(findings, offers, problems, explain);
        if (explain) all["asked"] = asked.to_json();
        print(all.dump(2) + "\n");
    } else {
        print(asked.text());
        for (const auto& one : findings) print(line(one) + (explain ? lesson_lines(one) : ""));
        print(table(offers) + (explain ? meanings(offers) : ""));
        print(verdict(problems, count(Finding::Grade::Missing)));
    }
    return problems == 0 ? kSuccess : kProblemFound;
}

}  // namespace

Action add_doctor(CLI::App& command)
{
    auto json = std::make_shared<bool>(false);
    auto explain = std::make_shared<bool>(false);
    command.add_flag("--json", *json, "Print one JSON object instead of text");
    command.add_flag("--explain", *explain,
                     "Tell each request by which it was found out, what each thing is, and what Husk does with it and without");
    command.footer("Exit status: 0, or 1 if there is a problem. What is missing but fine is not one.");
    return [json, explain] { return doctor(*json, *explain); };
}

}  // namespace husk::cli
