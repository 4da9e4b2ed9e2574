#include "support/conformance.hpp"

#include "engine/kvm/abilities.hpp"
#include "support/transcript.hpp"

#include <husk/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

// Each conformance guest on each engine: does it tell what the manual says, and do the engines agree in all they leave behind?
namespace husk::test {
namespace {

/// What came of a guest, or why it could not run. Run once a process.
struct Attempt {
    std::optional<Outcome> outcome;
    std::string obstacle;
};

Attempt attempt(const Subject& subject, const Place& place)
{
    if (std::string why = declared_obstacle(subject.name, place); !why.empty()) return {{}, std::move(why)};
    try {
        Attempt result{run_on(place.engine, subject.run), {}};
        const auto* cannot = std::get_if<stops::CannotExecute>(&result.outcome->stop);
        // Only a KVM that interprets ring 0 may give up, and what it has told by then must be right.
        if (cannot != nullptr && place.engine == Engine::Kvm && !kvm::abilities().native_ring0) result.obstacle = cannot->reason;
        return result;
    } catch (const Error& error) {
        if (error.code().value() != ENOTSUP) throw;
        return {{}, error.hint()};
    }
}

const Attempt& attempt_once(const Subject& subject, const Place& place)
{
    static std::map<std::pair<std::string_view, std::string_view>, Attempt> kept;
    const auto key = std::pair{subject.name, place.name};
    if (const auto found = kept.find(key); found != kept.end()) return found->second;
    return kept.emplace(key, attempt(subject, place)).first->second;
}

/// HUSK_TRANSCRIPTS=FOLDER keeps what guests told as FOLDER/PLACE/GUEST.txt, to start a new transcript from.
void keep(const Subject& subject, const Place& place, const Outcome& outcome)
{
    const char* folder = std::getenv("HUSK_TRANSCRIPTS");
    if (folder == nullptr) return;
    const auto path = std::filesystem::path{folder} / place.name;
    std::filesystem::create_directories(path);
    std::ofstream{path / (std::string{subject.name} + ".txt")} << outcome.output;
}

class Conformance : public testing::TestWithParam<Subject> {};
class ConformanceOn : public testing::TestWithParam<std::tuple<Subject, Place>> {};

TEST_P(ConformanceOn, TellsWhatTheManualSays)
{
    const auto& [subject, place] = GetParam();
    const Attempt& attempt = attempt_once(subject, place);
    if (!attempt.outcome) GTEST_SKIP() << attempt.obstacle;
    keep(subject, place, *attempt.outcome);
    const Transcript transcript = transcript_at(subject.transcript, place.name);
    for (const std::string& reason : transcript.reasons)
        EXPECT_NE(std::ranges::find(reasons(), reason, &Reason::name), reasons().end()) << reason << " is not explained";
    const bool only_begun = !attempt.obstacle.empty();
    const std::string difference = first_difference(transcript.lines, lines_of(attempt.outcome->output), only_begun);
    if (!difference.empty()) ADD_FAILURE() << difference;
    if (only_begun) GTEST_SKIP() << attempt.obstacle;
    EXPECT_EQ(describe(plain(attempt.outcome->stop)), describe(expected_stop(subject.name)));
}

TEST_P(Conformance, EnginesAgree)
{
    const auto all = places();
    if (all.size() < 2) GTEST_SKIP() << "one engine alone";
    const Attempt& one = attempt_once(GetParam(), all[0]);
    const Attempt& other = attempt_once(GetParam(), all[1]);
    for (const Attempt* each : {&one, &other})
        if (!each->obstacle.empty()) GTEST_SKIP() << each->obstacle;
    const bool known =
        transcript_at(GetParam().transcript, all[0].name).lines != transcript_at(GetParam().transcript, all[1].name).lines;
    Outcome theirs = *other.outcome;
    if (known) theirs.output = one.outcome->output;  // each has been compared with its own
    std::vector<Extent> aside = known_differences_in_memory(GetParam().name);
    if (known) aside.push_back(kStacks);
    const std::string difference = differences(*one.outcome, theirs, aside);
    if (!difference.empty()) ADD_FAILURE() << all[0].name << " and " << all[1].name << ":\n" << difference;
}

TEST(ConformanceReasons, AreEachInATranscript)
{
    for (const Reason& reason : reasons()) {
        const std::string mark = " " + std::string{reason.name} + ": ";
        const auto has = [&](const Subject& subject) { return subject.transcript.find(mark) != std::string_view::npos; };
        EXPECT_TRUE(std::ranges::any_of(subjects(), has)) << reason.name;
    }
}

INSTANTIATE_TEST_SUITE_P(Each, Conformance, testing::ValuesIn(subjects()),
                         [](const auto& one) { return std::string{one.param.name}; });
INSTANTIATE_TEST_SUITE_P(Each, ConformanceOn, testing::Combine(testing::ValuesIn(subjects()), testing::ValuesIn(places())),
                         [](const auto& one) {
                             return std::string{std::get<0>(one.param).name} + "_" + std::string{std::get<1>(one.param).name};
                         });

}  // namespace
}  // namespace husk::test
