#include "differential/shrink.hpp"

namespace husk::test {

Sequence shrink(Sequence sequence, const std::function<bool(const Sequence&)>& differs)
{
    // The flags that a step defines may be needed by a later one, so go on until nothing can be removed.
    for (bool progress = true; progress;) {
        progress = false;
        for (Step& step : sequence.steps) {
            if (step.removed) continue;
            step.removed = true;
            if (is_defined(sequence) && differs(sequence)) {
                progress = true;
            } else {
                step.removed = false;
            }
        }
    }
    return sequence;
}

}  // namespace husk::test
