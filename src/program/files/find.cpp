#include "program/files/files.hpp"

#include "program/files/own_fd.hpp"
#include "program/files/path.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <climits>

// Lookups: the short way, where the kernel walks beneath one grant and meets no link; the long way, name by name.
namespace husk::program {

namespace {

bool same_file(int a, int b)
{
    struct stat first {};
    struct stat second {};
    return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/// A path in one grant: that, and what is left of the path in it.
struct Beneath {
    const Root* root = nullptr;
    const Node* node = nullptr;    ///< at the end of the path, if something is there
    const Node* folder = nullptr;  ///< before its last name
    std::string rest;              ///< up to the last name
    std::string name;              ///< the last one
};

/// Nothing if there is more to it: "..", links of Husk's, folders that only lead on, files that are granted alone.
std::optional<Beneath> beneath(const Node& tree, std::string_view path)
{
    const auto names = names_in(path);
    if (path.ends_with('/') || path.size() >= PATH_MAX) return std::nullopt;
    Beneath found{.root = tree.root.get(), .node = &tree, .folder = {}, .rest = {}, .name = {}};
    for (const std::string_view name : names) {
        if (name == "." || name == ".." || name.size() > NAME_MAX) return std::nullopt;
        found.folder = found.node;
        found.node = found.node != nullptr ? found.node->child(name) : nullptr;
        if (found.node != nullptr && found.node->root) {
            if (!found.node->root->folder) return std::nullopt;
            found.root = found.node->root.get();
            found.rest.clear();
            found.name.clear();
            continue;
        }
        if (found.node != nullptr && (found.node->kind != Node::Kind::Folder || found.node->hides)) return std::nullopt;
        if (!found.name.empty()) found.rest = found.rest.empty() ? found.name : joined(found.rest, found.name);
        found.name = name;
    }
    if (found.root == nullptr || found.name.empty()) return std::nullopt;
    return found;
}

}  // namespace

tl::expected<std::string, int> Files::base(std::string_view path, int at) const
{
    if (path.starts_with('/')) return "/";
    if (at == AT_FDCWD) {
        std::string directory = working_directory();
        if (directory.empty()) return tl::unexpected{ENOENT};
        return directory;
    }
    if (!is_guests(at)) return tl::unexpected{EBADF};
    struct stat status {};
    if (::fstat(at, &status) != 0 || !S_ISDIR(status.st_mode)) return tl::unexpected{ENOTDIR};
    return path_of(at);
}

tl::expected<Found, int> Files::find(std::string_view path, const Lookup& lookup, int at)
{
    if (path.empty()) return tl::unexpected{ENOENT};
    // The base counts for nothing in an absolute path, unless that is to stay beneath it.
    const bool bounded = (lookup.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) != 0;
    const auto from = base(bounded ? "." : path, at);
    if (!from) return tl::unexpected{from.error()};
    if (lookup.resolve == 0)
        if (auto found = find_at_once(path.starts_with('/') ? std::string{path} : joined(*from, path), lookup))
            return *std::move(found);
    Walk walk{opened().grants.tree(), lookup, help_};
    auto found = walk.run(*from, path);
    if (lookup.told && !walk.not_granted().empty()) explain_.not_granted(walk.not_granted(), lookup.change);
    if (!found) return found;
    return settled(*std::move(found), lookup);
}

/// The short way. Nothing if it leads nowhere: the long one then finds out what is to be said of that.
std::optional<Found> Files::find_at_once(const std::string& path, const Lookup& lookup) const
{
    const auto place = beneath(opened().grants.tree(), path);
    if (!place) return std::nullopt;
    const int root = place->root->fd.get();
    Found found;
    found.path = path;
    found.root = place->root;
    found.node = place->node;
    if (lookup.want == Lookup::Want::Entry) {
        auto folder = look(root, place->rest.empty() ? "." : place->rest.c_str(), O_DIRECTORY);
        if (!folder) return std::nullopt;
        found.folder = Held{*std::move(folder)};
        found.name = place->name;
        return found;
    }
    const std::string inner = place->rest.empty() ? place->name : joined(place->rest, place->name);
    auto object = look(root, inner.c_str(), lookup.follow ? 0 : O_NOFOLLOW);
    if (!object) return std::nullopt;
    struct stat status {};
    if (::fstat(object->get(), &status) != 0) return std::nullopt;
    found.fd = Held{*std::move(object)};
    found.mode = status.st_mode;
    return found;
}

/// A descriptor's file, by name if a grant has it: then that says what may be done with it.
tl::expected<Found, int> Files::settled(Found found, const Lookup& lookup)
{
    const bool descriptor = found.jump && found.node == nullptr;
    if (!descriptor || (!S_ISREG(found.mode) && !S_ISDIR(found.mode))) return found;
    const auto path = path_of(found.fd.get());
    if (!path) return found;
    auto named = find(*path, {.want = Lookup::Want::Object, .follow = false, .change = lookup.change, .resolve = 0}, AT_FDCWD);
    if (!named) return found;
    if (!named->fd && named->node != nullptr) return named;
    if (named->fd && same_file(named->fd.get(), found.fd.get())) return named;
    return found;
}

}  // namespace husk::program
