#pragma once

#include <string>
#include <vector>

namespace husk::cli {

/// One line of `husk doctor`.
struct Finding {
    enum class Grade { Ok, Missing, Problem };  ///< Missing: Husk does without
    Grade grade = Grade::Ok;
    std::string subject;  ///< "/dev/kvm", "KSM" …
    std::string state;    ///< what was found
    std::string advice;   ///< what to do; empty if there is nothing to
};

/// Everything that Husk uses of this host.
std::vector<Finding> check_host();

}  // namespace husk::cli
