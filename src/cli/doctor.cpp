#include "cli/abilities.hpp"
#include "cli/checkup.hpp"
#include "cli/commands.hpp"
#include "cli/exit_status.hpp"
#include "cli/print.hpp"
#include "machine/choose_engine.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

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

nlohmann::json to_json(const std::vector<Finding>& findings, const std::vector<Offer>& offers, std::size_t problems)
{
    auto all = nlohmann::json::array();
    for (const auto& one : findings)
        all.push_back({{"subject", one.subject},
                       {"grade", one.grade == Finding::Grade::Problem ? "problem" : word(one.grade)},
                       {"state", one.state},
                       {"advice", one.advice}});
    auto engines = nlohmann::json::object();
    for (const Offer& offer : offers)
        for (const Ability& ability : offer.abilities) engines[std::string{name(offer.engine)}][ability.what] = ability.state;
    return {{"problems", problems}, {"findings", all}, {"engines", engines}};
}

int doctor(bool json)
{
    const auto findings = check_host();
    const auto offers = find_offers();
    const auto count = [&](Finding::Grade grade) {
        return static_cast<std::size_t>(std::ranges::count(findings, grade, &Finding::grade));
    };
    const std::size_t problems = count(Finding::Grade::Problem);
    if (json) {
        print(to_json(findings, offers, problems).dump(2) + "\n");
    } else {
        for (const auto& one : findings) print(line(one));
        print(table(offers));
        print(verdict(problems, count(Finding::Grade::Missing)));
    }
    return problems == 0 ? kSuccess : kProblemFound;
}

}  // namespace

Action add_doctor(CLI::App& command)
{
    auto json = std::make_shared<bool>(false);
    command.add_flag("--json", *json, "Print one JSON object instead of text");
    command.footer("Exit status: 0, or 1 if there is a problem. What is missing but fine is not one.");
    return [json] { return doctor(*json); };
}

}  // namespace husk::cli
