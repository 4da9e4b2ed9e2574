#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "program/abi/system_calls.hpp"
#include "program/trace/reader.hpp"

namespace husk::program {

/// The values of a call's arguments, as its registers have them.
using Values = std::array<std::uint64_t, kMostArguments>;

/// One system call as a line in the manner of strace. What the call reads is looked at when it is made, and what it writes when it
/// has returned and not failed: memory that another thread changes meanwhile is told as it was then.
class CallText {
public:
    /// Looks at the arguments that are known before the call.
    CallText(std::uint64_t number, const Values& values, const Reader& read, const Limits& limits);

    /// What is known before the call: "read(3, ".
    const std::string& start() const { return start_; }
    /// What comes then: "\"abc\"..., 832) = 832". Looks at what the call wrote.
    std::string rest(std::int64_t result, const Reader& read) const;
    /// Its two halves, of which the first begins with start()'s arguments: "3, \"abc\"..., 832" and "832".
    std::string arguments(std::int64_t result, const Reader& read) const;
    std::string result(std::int64_t result, const Reader& read) const;

    std::string_view name() const { return name_; }
    /// True for exit and exit_group.
    bool never_returns() const { return signature_.result == Returns::None; }

private:
    std::string later_arguments(std::int64_t result, const Reader& read) const;
    std::string before(const Look& look, std::size_t index) const;
    std::string after(const Look& look, std::size_t index, std::int64_t result) const;
    std::uint64_t length_of(const Look& look, const Argument& argument, std::int64_t result) const;

    std::string name_;
    Values values_;
    Signature signature_;
    Limits limits_;
    std::array<std::string, kMostArguments> before_;  ///< each argument as it was before the call
    std::size_t told_ = 0;                            ///< how many arguments `start_` has
    std::string start_;
};

}  // namespace husk::program
