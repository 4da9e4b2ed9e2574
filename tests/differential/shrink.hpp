#pragma once

#include "differential/sequence.hpp"

#include <functional>

namespace husk::test {

/// `sequence` without the steps that are not needed for `differs` to hold of it. What is left has no undefined flags either.
Sequence shrink(Sequence sequence, const std::function<bool(const Sequence&)>& differs);

}  // namespace husk::test
