#include "cli/checkup.hpp"
#include "cli/commands.hpp"
#include "cli/exit_status.hpp"
#include "cli/print.hpp"

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

int doctor(bool json)
{
    const auto findings = check_host();
    const auto count = [&](Finding::Grade grade) {
        return static_cast<std::size_t>(std::ranges::count(findings, grade, &Finding::grade));
    };
    const std::size_t problems = count(Finding::Grade::Problem);
    if (json) {
        auto all = nlohmann::json::array();
        for (const auto& one : findings)
            all.push_back({{"subject", one.subject},
                           {"grade", one.grade == Finding::Grade::Problem ? "problem" : word(one.grade)},
                           {"state", one.state},
                           {"advice", one.advice}});
        print(nlohmann::json{{"problems", problems}, {"findings", all}}.dump(2) + "\n");
    } else {
        for (const auto& one : findings) print(line(one));
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
