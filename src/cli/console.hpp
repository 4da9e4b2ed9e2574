#pragma once

#include "base/unique_fd.hpp"

#include <husk/device.hpp>

#include <string>

namespace husk::cli {

/// Where a console's output goes: stdout ("-"), a file, or a string for --json.
class Console {
public:
    static constexpr std::size_t kMostKept = 16u << 20;  ///< bytes that the string takes; the rest is counted only

    /// `where` is "-" or a file's path; `keep` keeps what would go to stdout instead of printing it. Throws Error.
    Console(const std::string& where, bool keep);

    OutputSink sink();

    const std::string& kept() const { return kept_; }
    bool truncated() const { return truncated_; }

private:
    void take(std::span<const std::byte> bytes);

    UniqueFd file_;
    int fd_ = -1;  ///< -1: keep
    std::string what_;
    std::string kept_;
    bool truncated_ = false;
};

}  // namespace husk::cli
