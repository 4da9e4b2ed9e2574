#include "program/files/grants.hpp"

#include "program/files/own_fd.hpp"
#include "program/files/path.hpp"
#include "program/files/real_path.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <stdexcept>

namespace husk::program {

namespace {

UniqueFd opened(const std::string& path, std::uint64_t flags)
{
    const Result fd = open_beneath(AT_FDCWD, path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC | flags, RESOLVE_NO_SYMLINKS);
    if (failed(fd)) throw Error{"openat2", static_cast<int>(-fd), path};
    return UniqueFd{static_cast<int>(fd)};
}

bool is_folder(int fd)
{
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_proc(int fd)
{
    struct statfs status {};
    return ::fstatfs(fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

/// `at` of a grant, without empty names.
std::string checked_place(const std::string& at)
{
    const auto bad = [&](const char* why) { return std::invalid_argument{"a grant's place, \"" + at + "\", " + why}; };
    if (!at.starts_with('/')) throw bad("is not absolute");
    if (at.find('\0') != std::string::npos) throw bad("has a NUL in it");
    std::string clean = "/";
    for (const std::string_view name : names_in(at)) {
        if (name == "." || name == "..") throw bad("has \".\" or \"..\" in it");
        clean = joined(clean, name);
    }
    return clean;
}

}  // namespace

Grants::Grants(const std::vector<Grant>& grants, bool private_tmp, int descriptor_line) : line_{descriptor_line}, scratch_{line_}
{
    for (const Grant& grant : grants) add(grant);
    if (private_tmp) add_tmp();
    collect(*tree_);
    repeat_read_only();
    roots_.clear();
    collect(*tree_);
    hide_host_places();
}

void Grants::add(const Grant& grant)
{
    const RealPath real = real_path(grant.path);
    if (!grant.at.empty()) {
        place(checked_place(grant.at), real.path, grant.writable);
        return;
    }
    place(real.path, real.path, grant.writable);
    for (const HostLink& link : real.links) {
        Node& node = tree_->place(link.path);
        // Within a grant the link itself is there to be seen.
        if (node.root || node.around() != nullptr) continue;
        node.kind = Node::Kind::Link;
        node.make = [text = link.text] { return text; };
    }
}

void Grants::add_tmp()
{
    constexpr mode_t kTmpMode = S_ISVTX | S_IRWXU | S_IRWXG | S_IRWXO;
    scratch_.make_folder("tmp", kTmpMode);
    place("/tmp", scratch_.path() + "/tmp", true);
}

void Grants::place(std::string at, const std::string& host, bool writable)
{
    if (below(at, "/proc")) throw std::invalid_argument{"nothing can be granted at " + at + ": a program gets a /proc of its own"};
    UniqueFd fd = opened(host, 0);
    if (is_proc(fd.get())) throw std::invalid_argument{host + " cannot be granted: a program gets a /proc of its own"};
    auto root = std::make_unique<Root>();
    root->folder = is_folder(fd.get());
    if (!root->folder) {
        if (at == "/") throw std::invalid_argument{host + " is a file and cannot be granted at /"};
        const std::size_t slash = host.rfind('/');
        root->name = host.substr(slash + 1);
        fd = opened(slash == 0 ? "/" : host.substr(0, slash), O_DIRECTORY);
    }
    root->fd = moved_above(std::move(fd), line_);
    root->host = host;
    root->writable = writable;
    Node& node = tree_->place(at);
    root->at = std::move(at);
    node.kind = Node::Kind::Granted;
    node.root = std::move(root);
}

/// What is for reading only stays so in every place that a grant for writing around it, on the host, is seen at.
void Grants::repeat_read_only()
{
    for (const Root* outer : roots_) {
        if (!outer->writable || !outer->folder) continue;
        for (const Root* inner : roots_) {
            const auto rest = below(inner->host, outer->host);
            if (inner->writable || !rest || rest->empty()) continue;
            const std::string at = within(outer->at, *rest);
            if (!tree_->place(at).root) place(at, inner->host, false);
        }
    }
}

/// Husk's own folder, and every /proc of the host, which would lead to Husk's own memory and descriptors.
void Grants::hide_host_places()
{
    hide(scratch_.path());
    for (const std::string& mount : proc_mounts()) hide(mount);
    tree_->place("/proc").hides = true;
}

void Grants::hide(std::string_view host)
{
    for (const Root* root : roots_) {
        const auto rest = below(host, root->host);
        if (!root->folder || !rest || rest->empty()) continue;
        Node& node = tree_->place(within(root->at, *rest));
        if (!node.root) node.hides = true;
    }
}

void Grants::collect(const Node& node)
{
    if (node.root) roots_.push_back(node.root.get());
    for (const auto& [name, child] : node.children) collect(*child);
}

std::string Grants::guest_path(std::string_view host) const
{
    const Root* best = nullptr;
    for (const Root* root : roots_)
        if (below(host, root->host) && (best == nullptr || root->host.size() > best->host.size())) best = root;
    return best == nullptr ? std::string{} : within(best->at, *below(host, best->host));
}

}  // namespace husk::program
