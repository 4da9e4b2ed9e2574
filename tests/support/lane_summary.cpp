#include "support/lane_summary.hpp"

#include <cstdio>

namespace husk::test {

void LaneSummary::OnTestEnd(const testing::TestInfo& test)
{
    if (!test.result()->Skipped()) {
        ++ran_;
        return;
    }
    std::string reason;
    for (int i = 0; i < test.result()->total_part_count(); ++i) {
        const testing::TestPartResult& part = test.result()->GetTestPartResult(i);
        if (part.skipped()) reason = part.message();
    }
    // GoogleTest starts the message with a line of its own.
    if (const auto message = reason.find_first_not_of('\n'); message != std::string::npos) reason.erase(0, message);
    if (const auto end = reason.find('\n'); end != std::string::npos) reason.erase(end);
    ++skipped_[reason.empty() ? "no reason given" : reason];
}

void LaneSummary::OnTestProgramEnd(const testing::UnitTest& program)
{
    std::printf("lane %s: %d ran", lane_.c_str(), ran_);
    if (const int failed = program.failed_test_count()) std::printf(", %d failed", failed);
    int skipped = 0;
    std::string reasons;
    for (const auto& [reason, count] : skipped_) {
        skipped += count;
        reasons += (reasons.empty() ? "" : "; ") + (skipped_.size() > 1 ? std::to_string(count) + ": " : std::string{}) + reason;
    }
    if (skipped != 0) std::printf(", %d skipped (%s)", skipped, reasons.c_str());
    std::printf("\n");
}

int run_lane(int argc, char** argv, const std::string& lane, const std::string& obstacle)
{
    testing::InitGoogleTest(&argc, argv);
    if (!GTEST_FLAG_GET(list_tests)) {
        if (!obstacle.empty()) {
            std::printf("lane %s: skipped: %s\n", lane.c_str(), obstacle.c_str());
            return kSkippedLane;
        }
        testing::UnitTest::GetInstance()->listeners().Append(new LaneSummary{lane});
    }
    return RUN_ALL_TESTS();
}

}  // namespace husk::test
