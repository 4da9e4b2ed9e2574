#pragma once

#include "x86/cpu_features.hpp"

#include <span>
#include <string>
#include <vector>

namespace husk::x86 {

/// Features that a guest needs which was frozen elsewhere, as their names say.
class NeededFeatures {
public:
    NeededFeatures() = default;
    /// Names that nothing here has are needed, too; those of features that do not count are not.
    explicit NeededFeatures(std::span<const std::string> names);

    bool none() const { return known_ == CpuFeatures{} && unknown_.empty(); }
    /// Those that a processor with these has not, by name; the unknown last.
    std::vector<std::string> missing_from(const CpuFeatures& present) const;

private:
    CpuFeatures known_;
    std::vector<std::string> unknown_;
};

/// Of `names`, those that a program at ring 3 can depend on: not what only a system can use or switch on, nor what tells how fast
/// something is, or that something is not there.
std::vector<std::string> features_of_programs(std::vector<std::string> names);

}  // namespace husk::x86
