#include "program/files/own_fd.hpp"
#include "program/files/path.hpp"
#include "program/files/walk.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>

// One name further, by what is there.
namespace husk::program {

namespace {

std::uint32_t mode_of(int fd)
{
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? status.st_mode : 0;
}

}  // namespace

int Walk::enter(const std::string& name, bool last)
{
    const Step& top = steps_.back();
    if (top.node != nullptr && top.node->kind == Node::Kind::Descriptors) return enter_descriptor(name, last);
    if (const Node* const child = top.node != nullptr ? top.node->child(name) : nullptr) return enter_node(*child, last);
    if (top.root != nullptr) return enter_real(name, nullptr, last);
    not_granted_ = path_to(name);
    for (const std::string& more : names_) not_granted_ = joined(not_granted_, more);
    return ENOENT;
}

int Walk::enter_node(const Node& child, bool last)
{
    const bool stop = last && !lookup_.follow;
    switch (child.kind) {
        case Node::Kind::Granted: return enter_grant(child);
        case Node::Kind::Folder: return enter_folder(child);
        case Node::Kind::Link:
            if (!stop) return link(child.make());
            push(child.name, &child, nullptr, {}, S_IFLNK).text = child.make();
            return 0;
        case Node::Kind::Program:
            if (!stop && last) return jump_to(&child, child.name, WalkHelp::kProgram);
            if (!stop) return link(child.make());
            push(child.name, &child, nullptr, {}, S_IFLNK).text = child.make();
            return 0;
        case Node::Kind::Text: push(child.name, &child, nullptr, {}, S_IFREG); return 0;
        case Node::Kind::Descriptors: push(child.name, &child, nullptr, {}, S_IFDIR); return 0;
    }
    return ENOENT;
}

/// A place that only leads on: the folder that the grant around it has there, if it has one; else one of Husk's.
int Walk::enter_folder(const Node& child)
{
    if (steps_.back().root != nullptr && !child.hides) {
        const std::size_t before = steps_.size();
        if (enter_real(child.name, &child, false) == 0 && steps_.size() > before) {
            if (is_folder(steps_.back())) return 0;
            steps_.pop_back();
        }
    }
    push(child.name, &child, nullptr, {}, S_IFDIR);
    return 0;
}

int Walk::enter_grant(const Node& child)
{
    if (asks(RESOLVE_NO_XDEV)) return EXDEV;
    const Root& root = *child.root;
    if (root.folder) {
        push(child.name, &child, &root, Held::borrowed(root.fd.get()), S_IFDIR);
        return 0;
    }
    auto fd = look(root.fd.get(), root.name.c_str(), O_NOFOLLOW);
    if (!fd) return fd.error();
    const std::uint32_t mode = mode_of(fd->get());
    // Someone has put a link, or a folder, in the place of the file that was granted: neither was.
    if (S_ISLNK(mode) || S_ISDIR(mode)) return EACCES;
    push(child.name, &child, &root, Held{*std::move(fd)}, mode);
    return 0;
}

int Walk::enter_real(const std::string& name, const Node* node, bool last)
{
    auto fd = look(steps_.back().fd.get(), name.c_str(), O_NOFOLLOW);
    if (!fd) return fd.error();
    const std::uint32_t mode = mode_of(fd->get());
    if (S_ISLNK(mode) && (!last || lookup_.follow)) {
        if (node != nullptr) return ENOENT;  // asked for a folder
        const auto text = link_text(fd->get());
        return text ? link(*text) : text.error();
    }
    push(name, node, steps_.back().root, Held{*std::move(fd)}, mode);
    return 0;
}

int Walk::enter_descriptor(const std::string& name, bool last)
{
    int number = -1;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool canonical = parsed.ec == std::errc{} && number >= 0 && std::to_string(number) == name;
    if (!canonical) return ENOENT;
    const auto text = help_.descriptor_text(number);
    if (!text) return text.error();
    if (last && !lookup_.follow) {
        push(name, steps_.back().node, nullptr, {}, S_IFLNK).text = *text;
        return 0;
    }
    if (last) return jump_to(nullptr, name, number);
    if (asks(RESOLVE_NO_MAGICLINKS)) return ELOOP;
    return text->starts_with('/') ? link(*text) : ENOTDIR;
}

int Walk::jump_to(const Node* node, const std::string& name, int number)
{
    if (asks(RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS)) return ELOOP;
    if (asks(RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_NO_XDEV)) return EXDEV;
    auto fd = help_.descriptor(number);
    if (!fd) return fd.error();
    const std::uint32_t mode = mode_of(fd->get());
    push(name, node, nullptr, Held{*std::move(fd)}, mode).jump = true;
    return 0;
}

}  // namespace husk::program
