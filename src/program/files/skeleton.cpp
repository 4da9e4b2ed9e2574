#include "program/files/skeleton.hpp"

#include "program/files/own_fd.hpp"
#include "program/files/path.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

namespace husk::program {

namespace {

constexpr const char* kName = "names";
constexpr mode_t kFolderMode = S_IRUSR | S_IXUSR | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH;
constexpr mode_t kFileMode = S_IRUSR | S_IRGRP | S_IROTH;

/// One entry in `folder`, which is the caller's to write; a folder without what is in it. Rights are set afterwards: the umask is
/// the guest's affair.
Result make_entry(int folder, const Node& node)
{
    const char* const name = node.name.c_str();
    const bool is_folder =
        node.kind == Node::Kind::Folder || node.kind == Node::Kind::Descriptors || (node.root && node.root->folder);
    if (node.link()) {
        const std::string text = node.make();
        return host_call(SYS_symlinkat, text.empty() ? "?" : text.c_str(), folder, name);
    }
    const Result made =
        is_folder ? host_call(SYS_mkdirat, folder, name, S_IRWXU) : host_call(SYS_mknodat, folder, name, S_IFREG | kFileMode, 0);
    return failed(made) ? made : host_call(SYS_fchmodat, folder, name, is_folder ? kFolderMode : kFileMode);
}

}  // namespace

int Skeleton::make()
{
    Node top;
    top.name = kName;
    const int scratch = grants_.scratch().fd();
    if (const Result made = make_entry(scratch, top); failed(made)) return static_cast<int>(-made);
    auto folder = look(scratch, kName, O_DIRECTORY | O_NOFOLLOW);
    if (!folder) return folder.error();
    auto above = copied_above(folder->get(), grants_.line());
    if (!above) return above.error();
    fd_ = *std::move(above);
    return 0;
}

tl::expected<UniqueFd, int> Skeleton::at(const Node& node) const
{
    const std::string path = node.path();
    return look(fd_.get(), path == "/" ? "." : path.c_str() + 1, O_NOFOLLOW);
}

/// Makes a place, with all that lead there, and the entries in it.
int Skeleton::fill(const Node& node)
{
    if (node.parent != nullptr)
        if (const int error = fill(*node.parent)) return error;
    if (node.children.empty() || filled_.contains(&node)) return 0;
    const auto folder = at(node);
    if (!folder) return folder.error();
    const auto above = node.parent != nullptr ? at(*node.parent) : UniqueFd{};
    if (!above) return above.error();
    const auto set_mode = [&](mode_t mode) {
        return node.parent != nullptr ? host_call(SYS_fchmodat, above->get(), node.name.c_str(), mode)
                                      : host_call(SYS_fchmodat, grants_.scratch().fd(), kName, mode);
    };
    if (const Result given = set_mode(S_IRWXU); failed(given)) return static_cast<int>(-given);
    for (const auto& [name, child] : node.children)
        if (const Result made = make_entry(folder->get(), *child); failed(made) && made != -EEXIST) return static_cast<int>(-made);
    if (const Result taken = set_mode(kFolderMode); failed(taken)) return static_cast<int>(-taken);
    filled_.insert(&node);
    return 0;
}

tl::expected<UniqueFd, int> Skeleton::of(const Node& node)
{
    if (!fd_)
        if (const int error = make()) return tl::unexpected{error};
    if (const int error = fill(node)) return tl::unexpected{error};
    return at(node);
}

std::optional<std::string> Skeleton::guest_path(std::string_view host) const
{
    const auto rest = below(host, joined(grants_.scratch().path(), kName));
    return rest ? std::optional{within("/", *rest)} : std::nullopt;
}

}  // namespace husk::program
