#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace husk::program {

/// How much work may still be done for a file that nobody vouches for.
class Budget {
public:
    explicit Budget(std::size_t left) : left_{left} {}

    /// Takes `amount`; false, with nothing left, if that is more than there is.
    bool spend(std::size_t amount = 1)
    {
        const bool enough = amount <= left_;
        left_ = enough ? left_ - amount : 0;
        return enough;
    }
    bool exhausted() const { return left_ == 0; }

private:
    std::size_t left_;
};

/// A symbolic link that was met on the way to a file.
struct Link {
    std::string path;    ///< of the link; nothing before its last component is one
    std::string target;  ///< as it is written in the link
    bool operator==(const Link&) const = default;
};

/// Where a path leads.
struct RealPath {
    std::string path;         ///< without links, "." and ".."
    std::vector<Link> links;  ///< in the order they were met
    bool operator==(const RealPath&) const = default;
};

/// Follows `path`, which is absolute, within `root`: an absolute link and ".." stay in it, as after chroot(). `root` is a path of
/// the host, "" for the host's own root; all others are as seen from it. Fails with errno; ELOOP after 40 links, as Linux, and when
/// the budget, from which each component takes 1, is exhausted.
tl::expected<RealPath, int> real_path(const std::string& root, const std::string& path, Budget& budget);

}  // namespace husk::program
