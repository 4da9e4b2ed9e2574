#pragma once

#include "program/files/tree.hpp"

#include <functional>
#include <mutex>
#include <set>
#include <string>

namespace husk::program {

/// Tells which grant would have allowed what was refused; once for each path. Thread-safe.
class Explain {
public:
    using Sink = std::function<void(const std::string&)>;
    explicit Explain(Sink sink) : sink_{std::move(sink)} {}

    /// `path` is in no grant. Told if the host has it, or if it was to be made (`change`).
    void not_granted(const std::string& path, bool change);
    /// `path` was to be changed, but its grant is for reading.
    void read_only(const std::string& path, const Root& root);
    /// `path` is a device, and in a folder that is granted, which does not grant devices.
    void device(const std::string& path);

private:
    void tell(const std::string& path, const std::string& line);

    Sink sink_;
    std::mutex mutex_;
    std::set<std::string> told_;
};

}  // namespace husk::program
