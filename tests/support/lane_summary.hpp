#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace husk::test {

inline constexpr int kSkippedLane = 77;  ///< what CTest is told to take as "skipped"

/// Counts what ran, and what was skipped for which reason. Ends with one line that tools/test.sh gathers into its table:
///     lane kvm: 24 ran, 2 skipped (2: 32-bit paging: this KVM cannot page outside long mode)
class LaneSummary : public testing::EmptyTestEventListener {
public:
    explicit LaneSummary(std::string lane) : lane_{std::move(lane)} {}
    void OnTestEnd(const testing::TestInfo& test) override;
    void OnTestProgramEnd(const testing::UnitTest& program) override;

private:
    std::string lane_;
    int ran_ = 0;
    std::map<std::string, int> skipped_;
};

/// Runs the tests as the lane of that name; `obstacle` says why it cannot run here, if it cannot. The status for main().
int run_lane(int argc, char** argv, const std::string& lane, const std::string& obstacle);

}  // namespace husk::test
