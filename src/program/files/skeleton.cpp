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

Result make_children(int folder, const Node& node);

/// One entry in `folder`. Rights are set afterwards: the umask is the guest's affair.
Result make_entry(int folder, const Node& node)
{
    const char* const name = node.name.c_str();
    const bool is_folder =
        node.kind == Node::Kind::Folder || node.kind == Node::Kind::Descriptors || (node.root && node.root->folder);
    if (node.link()) {
        const std::string text = node.make();
        return host_call(SYS_symlinkat, text.empty() ? "?" : text.c_str(), folder, name);
    }
    if (!is_folder) {
        const Result made = host_call(SYS_mknodat, folder, name, S_IFREG | kFileMode, 0);
        return failed(made) ? made : host_call(SYS_fchmodat, folder, name, kFileMode);
    }
    if (const Result made = host_call(SYS_mkdirat, folder, name, S_IRWXU); failed(made)) return made;
    if (const Result given = host_call(SYS_fchmodat, folder, name, S_IRWXU); failed(given)) return given;
    if (!node.children.empty()) {
        const auto inner = look(folder, name, O_DIRECTORY | O_NOFOLLOW);
        if (!inner) return -inner.error();
        if (const Result made = make_children(inner->get(), node); failed(made)) return made;
    }
    return host_call(SYS_fchmodat, folder, name, kFolderMode);
}

Result make_children(int folder, const Node& node)
{
    for (const auto& [name, child] : node.children)
        if (const Result made = make_entry(folder, *child); failed(made)) return made;
    return 0;
}

}  // namespace

int Skeleton::make()
{
    Node top;
    top.name = kName;
    const int scratch = grants_.scratch().fd();
    if (const Result made = make_entry(scratch, top); failed(made)) return static_cast<int>(-made);
    host_call(SYS_fchmodat, scratch, kName, S_IRWXU);
    auto folder = look(scratch, kName, O_DIRECTORY | O_NOFOLLOW);
    if (!folder) return folder.error();
    if (const Result made = make_children(folder->get(), grants_.tree()); failed(made)) return static_cast<int>(-made);
    host_call(SYS_fchmodat, scratch, kName, kFolderMode);
    auto above = copied_above(folder->get(), grants_.line());
    if (!above) return above.error();
    fd_ = *std::move(above);
    return 0;
}

tl::expected<UniqueFd, int> Skeleton::of(const Node& node)
{
    if (!fd_)
        if (const int error = make()) return tl::unexpected{error};
    const std::string path = node.path();
    return look(fd_.get(), path == "/" ? "." : path.c_str() + 1, O_NOFOLLOW);
}

std::optional<std::string> Skeleton::guest_path(std::string_view host) const
{
    const auto rest = below(host, joined(grants_.scratch().path(), kName));
    return rest ? std::optional{within("/", *rest)} : std::nullopt;
}

}  // namespace husk::program
