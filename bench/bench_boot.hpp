#pragma once

#include "interleave.hpp"
#include "process.hpp"

#include <vector>

/// The command as a whole process against the floor's program.
namespace husk::bench {

struct Programs {
    Command floor;  ///< floor_life
    Command husk;   ///< husk boot …
};

void add_boot(std::vector<Comparison>& all, const Programs& programs);

inline constexpr const char* kWeighBoot = "`husk boot`, peak resident memory beyond the guest's pages";

/// Peak resident memory of both beyond the pages that the guest touched.
Row weigh_boot(const Programs& programs);

}  // namespace husk::bench
