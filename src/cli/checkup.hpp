#pragma once

#include <husk/step.hpp>

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

/// Everything that Husk uses of this host. `tell`, if it is set, is told of every request to KVM on the way.
std::vector<Finding> check_host(const StepSink& tell = {});

}  // namespace husk::cli
