// The seccomp filter is what policy.hpp says, call by call and argument by argument, as far as a filter run by hand can show.
#include "program/sandbox/filter.hpp"
#include "program/sandbox/policy.hpp"
#include "support/bpf.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace husk::program {
namespace {

using test::verdict;

constexpr pid_t kSelf = 4711;
constexpr std::uint32_t kRefused = SECCOMP_RET_ERRNO | ENOSYS;
constexpr int kPastAllCalls = 1000;

struct Lines {
    std::vector<Rule> rules;
    bool allowed = true;
};

/// The policy's lines by the number of their call, in the order that policy_calls() has.
const std::map<int, Lines>& policy()
{
    static const auto lines = [] {
        std::map<int, Lines> by_number;
        auto call = policy_calls().begin();
        const auto take = [&](const Rule& rule) {
            std::istringstream names{rule.calls};
            for (std::string name; names >> name; ++call) {
                EXPECT_EQ(name, call->name);
                by_number[call->number].rules.push_back(rule);
                by_number[call->number].allowed = call->allowed;
            }
        };
        std::ranges::for_each(kAllowed, take);
        std::ranges::for_each(kAttacks, take);
        EXPECT_EQ(call, policy_calls().end());
        return by_number;
    }();
    return lines;
}

std::uint64_t wanted(const Check& check)
{
    return check.value == kOwnProcess ? std::uint64_t{kSelf} : check.value;
}

bool holds(const Check& check, const seccomp_data& call)
{
    return (call.args[check.argument] & check.mask) == wanted(check);
}

/// What the policy, read by a human, says.
std::uint32_t expected(const seccomp_data& call)
{
    const auto found = policy().find(call.nr);
    if (found == policy().end()) return kRefused;
    const auto& [rules, allowed] = found->second;
    const bool some =
        std::ranges::any_of(rules, [&](const Rule& rule) { return holds(rule.first, call) && holds(rule.second, call); });
    if (!some) return kRefused;
    return allowed ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS;
}

seccomp_data call_of(int number)
{
    seccomp_data call{};
    call.nr = number;
    call.arch = AUDIT_ARCH_X86_64;
    return call;
}

class SandboxFilter : public testing::Test {
protected:
    void check(const seccomp_data& call) const { EXPECT_EQ(verdict(filter_, call), expected(call)) << "system call " << call.nr; }

    const std::vector<sock_filter> filter_ = filter_for(kSelf);
};

TEST_F(SandboxFilter, SaysOfEveryCallWhatThePolicySays)
{
    for (int number = 0; number < kPastAllCalls; ++number) {
        seccomp_data call = call_of(number);
        check(call);
        std::ranges::fill(call.args, kAllBits);
        check(call);
    }
}

TEST_F(SandboxFilter, AllowsWhatEachLineAllowsAndNotWithOneBitChanged)
{
    for (const auto& [number, lines] : policy())
        for (const Rule& rule : lines.rules) {
            seccomp_data call = call_of(number);
            for (const Check& one : {rule.first, rule.second}) call.args[one.argument] |= wanted(one);
            EXPECT_EQ(expected(call), lines.allowed ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS) << rule.calls;
            check(call);
            for (auto& argument : call.args)
                for (unsigned bit = 0; bit < 64; ++bit) {
                    argument ^= 1ull << bit;
                    check(call);
                    argument ^= 1ull << bit;
                }
        }
}

TEST_F(SandboxFilter, RefusesWhatBreaksOut)
{
    for (const int number : {SYS_open, SYS_openat, SYS_socket, SYS_fork, SYS_vfork, SYS_clone3, SYS_shmat, SYS_pidfd_open})
        EXPECT_EQ(verdict(filter_, call_of(number)), kRefused) << number;
    for (const int number : {SYS_execve, SYS_execveat, SYS_ptrace, SYS_bpf, SYS_mount, SYS_keyctl, SYS_io_uring_setup, SYS_setns})
        EXPECT_EQ(verdict(filter_, call_of(number)), SECCOMP_RET_KILL_PROCESS) << number;
}

TEST_F(SandboxFilter, KillsWhoCallsAsAnotherArchitecture)
{
    constexpr int kX32 = 0x4000'0000;
    for (const int number : {SYS_read, SYS_execve, kPastAllCalls}) {
        seccomp_data call = call_of(number);
        call.arch = AUDIT_ARCH_I386;
        EXPECT_EQ(verdict(filter_, call), SECCOMP_RET_KILL_PROCESS);
        EXPECT_EQ(verdict(filter_, call_of(number | kX32)), SECCOMP_RET_KILL_PROCESS);
    }
}

TEST_F(SandboxFilter, HasTheProcessesOwnIdWhereItsPlaceIs)
{
    const auto other = filter_for(kSelf + 1);
    unsigned places = 0;
    ASSERT_EQ(filter_.size(), other.size());
    for (std::size_t i = 0; i < filter_.size(); ++i) {
        EXPECT_NE(filter_[i].k, kOwnProcess) << "instruction " << i;
        if (filter_[i].k == other[i].k) continue;
        ++places;
        EXPECT_EQ(filter_[i].k, std::uint32_t{kSelf});
        EXPECT_EQ(other[i].k, std::uint32_t{kSelf + 1});
    }
    EXPECT_GT(places, 0u);
    EXPECT_LE(filter_.size(), std::size_t{BPF_MAXINSNS});
}

TEST(SandboxPolicy, GivesAReasonForEachLineAndNoCallTwoVerdicts)
{
    std::map<std::string, std::set<bool>> verdicts;
    for (const PolicyCall& call : policy_calls()) verdicts[call.name].insert(call.allowed);
    for (const auto& [name, either] : verdicts) EXPECT_EQ(either.size(), 1u) << name;
    for (const Rule& rule : kAllowed) EXPECT_STRNE(rule.why, "") << rule.calls;
    for (const Rule& rule : kAttacks) EXPECT_STRNE(rule.why, "") << rule.calls;
}

TEST(SandboxPolicy, NumbersAreTheKernels)
{
    std::map<std::string, int> numbers;
    for (const PolicyCall& call : policy_calls()) {
        EXPECT_GE(call.number, 0) << call.name;
        EXPECT_LT(call.number, kPastAllCalls) << call.name;
        numbers[call.name] = call.number;
    }
    EXPECT_EQ(numbers.at("read"), SYS_read);
    EXPECT_EQ(numbers.at("openat2"), SYS_openat2);
    EXPECT_EQ(numbers.at("futex_waitv"), SYS_futex_waitv);
    EXPECT_EQ(numbers.at("execve"), SYS_execve);
}

TEST(SandboxPolicy, AsksOfACallEitherNothingOrSomethingInEachLine)
{
    for (const auto& [number, lines] : policy()) {
        if (lines.rules.size() == 1) continue;
        for (const Rule& rule : lines.rules) EXPECT_NE(rule.first.mask, 0u) << rule.calls << " is allowed anyway by: " << rule.why;
    }
}

}  // namespace
}  // namespace husk::program
