#include "program/image/real_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>

namespace husk::program {
namespace {

constexpr std::size_t kMostLinks = 40;  // include/linux/namei.h, MAXSYMLINKS

/// The components of a path that are yet to be walked.
class Components {
public:
    explicit Components(std::string path) : rest_{std::move(path)} {}

    /// The next one; empty if there is none.
    std::string next()
    {
        const auto begin = rest_.find_first_not_of('/');
        if (begin == rest_.npos) return {};
        const auto end = std::min(rest_.find('/', begin), rest_.size());
        std::string component = rest_.substr(begin, end - begin);
        rest_.erase(0, end);
        return component;
    }

    bool must_be_directory() const { return !rest_.empty(); }
    void prepend(const std::string& target) { rest_.insert(0, target); }
    std::size_t size() const { return rest_.size(); }

private:
    std::string rest_;  ///< starts with a slash, or is empty
};

tl::expected<std::string, int> read_link(const std::string& path)
{
    std::array<char, PATH_MAX> target{};
    const auto size = ::readlink(path.c_str(), target.data(), target.size());
    if (size < 0) return tl::unexpected{errno};
    if (static_cast<std::size_t>(size) == target.size()) return tl::unexpected{ENAMETOOLONG};
    return std::string{target.data(), static_cast<std::size_t>(size)};
}

}  // namespace

tl::expected<RealPath, int> real_path(const std::string& root, const std::string& path, Budget& budget)
{
    if (!path.starts_with('/')) return tl::unexpected{ENOENT};
    if (path.size() >= PATH_MAX) return tl::unexpected{ENAMETOOLONG};
    RealPath real;
    Components components{path};
    for (std::string component = components.next(); !component.empty(); component = components.next()) {
        if (!budget.spend()) return tl::unexpected{ELOOP};
        if (component == ".") continue;
        if (component == "..") {
            real.path.resize(real.path.empty() ? 0 : real.path.rfind('/'));
            continue;
        }
        const std::string here = real.path + "/" + component;
        struct stat status {};
        if (::lstat((root + here).c_str(), &status) != 0) return tl::unexpected{errno};
        if (!S_ISLNK(status.st_mode)) {
            if (components.must_be_directory() && !S_ISDIR(status.st_mode)) return tl::unexpected{ENOTDIR};
            real.path = here;
            continue;
        }
        const auto target = read_link(root + here);
        if (!target) return tl::unexpected{target.error()};
        if (real.links.size() == kMostLinks) return tl::unexpected{ELOOP};
        if (components.size() + target->size() >= PATH_MAX) return tl::unexpected{ENAMETOOLONG};
        real.links.push_back({here, *target});
        if (target->starts_with('/')) real.path.clear();
        components.prepend(*target);
    }
    if (real.path.empty()) real.path = "/";
    return real;
}

}  // namespace husk::program
