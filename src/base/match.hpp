#pragma once

namespace husk {

/// Lambdas, one per alternative, for std::visit: a new alternative must be met or the build fails.
template <typename... Cases>
struct match : Cases... {
    using Cases::operator()...;
};
template <typename... Cases>
match(Cases...) -> match<Cases...>;

}  // namespace husk
