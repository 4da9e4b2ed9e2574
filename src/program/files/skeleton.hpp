#pragma once

#include "base/unique_fd.hpp"
#include "program/files/grants.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace husk::program {

/// Stand-ins on the host for what the guest's namespace has and the host has not: folders that only lead on to grants, links and
/// files that Husk makes. They are in a folder of their own, as real folders with the names that the guest may see in them, so that
/// the kernel itself stats and lists them; nothing is ever looked up in them, and they have no contents. Made when first needed.
class Skeleton {
public:
    explicit Skeleton(const Grants& grants) : grants_{grants} {}

    /// The stand-in of a place, with O_PATH, or the errno.
    tl::expected<UniqueFd, int> of(const Node& node);
    /// The guest's path of what lies at `host`, if it is a stand-in.
    std::optional<std::string> guest_path(std::string_view host) const;

private:
    int make();

    const Grants& grants_;
    UniqueFd fd_;
};

}  // namespace husk::program
