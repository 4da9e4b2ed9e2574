#include "support/lane.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <exception>
#include <map>
#include <string>

// main() of the guest tests. Ends with one line that tools/test.sh gathers into its table:
//     lane kvm: 24 ran, 2 skipped (2: 32-bit paging: this KVM cannot page outside long mode)
namespace {

constexpr int kSkipped = 77;  // what CTest is told to take as "skipped"

/// Counts what ran, and what was skipped for which reason.
class LaneSummary : public testing::EmptyTestEventListener {
public:
    void OnTestEnd(const testing::TestInfo& test) override
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

    void OnTestProgramEnd(const testing::UnitTest& program) override
    {
        std::printf("lane %s: %d ran", husk::test::lane().name.data(), ran_);
        if (const int failed = program.failed_test_count()) std::printf(", %d failed", failed);
        int skipped = 0;
        std::string reasons;
        for (const auto& [reason, count] : skipped_) {
            skipped += count;
            reasons +=
                (reasons.empty() ? "" : "; ") + (skipped_.size() > 1 ? std::to_string(count) + ": " : std::string{}) + reason;
        }
        if (skipped != 0) std::printf(", %d skipped (%s)", skipped, reasons.c_str());
        std::printf("\n");
    }

private:
    int ran_ = 0;
    std::map<std::string, int> skipped_;
};

}  // namespace

int main(int argc, char** argv)
try {
    testing::InitGoogleTest(&argc, argv);
    if (!GTEST_FLAG_GET(list_tests)) {
        if (const std::string obstacle = husk::test::lane_obstacle(); !obstacle.empty()) {
            std::printf("lane %s: skipped: %s\n", husk::test::lane().name.data(), obstacle.c_str());
            return kSkipped;
        }
        testing::UnitTest::GetInstance()->listeners().Append(new LaneSummary);
    }
    return RUN_ALL_TESTS();
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
}
