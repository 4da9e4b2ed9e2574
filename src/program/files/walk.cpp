#include "program/files/walk.hpp"

#include "program/files/own_fd.hpp"
#include "program/files/path.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <ranges>

namespace husk::program {

namespace {

constexpr unsigned kMostLinks = 40;  // Linux's MAXSYMLINKS

std::uint32_t mode_of(int fd)
{
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? status.st_mode : 0;
}

}  // namespace

bool Walk::is_folder(const Step& step)
{
    return S_ISDIR(step.mode);
}

Walk::Step& Walk::push(std::string name, const Node* node, const Root* root, Held fd, std::uint32_t mode)
{
    steps_.emplace_back();
    Step& step = steps_.back();
    step.name = std::move(name);
    step.node = node;
    step.root = root;
    step.fd = std::move(fd);
    step.mode = mode;
    return step;
}

Walk::Walk(const Node& tree, const Lookup& lookup, const WalkHelp& help) : lookup_{lookup}, help_{help}
{
    push("", &tree, tree.root.get(), tree.root ? Held::borrowed(tree.root->fd.get()) : Held{}, S_IFDIR);
}

tl::expected<Found, int> Walk::run(std::string_view base, std::string_view path)
{
    const bool bounded = asks(RESOLVE_BENEATH | RESOLVE_IN_ROOT);
    const bool absolute = path.starts_with('/');
    if (absolute && asks(RESOLVE_BENEATH)) return tl::unexpected{EXDEV};
    if (!absolute || bounded) {
        if (const int error = take(base)) return tl::unexpected{error};
        if (const int error = all()) return tl::unexpected{error};
        if (bounded) floor_ = steps_.size();
    }
    if (const int error = take(path)) return tl::unexpected{error};
    if (lookup_.want == Lookup::Want::Entry) return find_entry(path.ends_with('/'));
    const int error = all();
    if (error == 0) return object();
    const bool missing = error == ENOENT && names_.empty() && is_folder(steps_.back());
    if (!missing || lookup_.want != Lookup::Want::ObjectOrMissing) return tl::unexpected{error};
    return entry(last_name_);
}

tl::expected<Found, int> Walk::find_entry(bool slash)
{
    if (slash) names_.pop_back();  // the "." that stands for it
    const std::string name = names_.empty() ? "" : names_.back();
    if (!names_.empty()) names_.pop_back();
    to_folder_ = true;
    if (const int error = all()) return tl::unexpected{error};
    if (!is_folder(steps_.back())) return tl::unexpected{ENOTDIR};
    Found found = entry(name);
    found.slash = slash;
    return found;
}

/// Names to come next. A slash at the end asks for a folder, which "." does, too.
int Walk::take(std::string_view path)
{
    const auto names = names_in(path);
    if (std::ranges::any_of(names, [](auto name) { return name.size() > NAME_MAX; })) return ENAMETOOLONG;
    if (path.ends_with('/')) names_.emplace_front(".");
    names_.insert(names_.begin(), names.begin(), names.end());
    return 0;
}

int Walk::all()
{
    while (!names_.empty()) {
        last_name_ = names_.front();
        names_.pop_front();
        if (!is_folder(steps_.back())) return ENOTDIR;
        int error = 0;
        if (last_name_ == "..")
            error = up();
        else if (last_name_ != ".")
            error = enter(std::string{last_name_}, names_.empty() && !to_folder_);
        if (error != 0) return error;
    }
    return 0;
}

int Walk::up()
{
    if (steps_.size() > floor_)
        steps_.pop_back();
    else if (asks(RESOLVE_BENEATH))
        return EXDEV;
    return 0;
}

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

/// Goes where a link leads.
int Walk::link(const std::string& text)
{
    if (asks(RESOLVE_NO_SYMLINKS) || ++links_ > kMostLinks) return ELOOP;
    if (text.empty()) return ENOENT;
    if (text.starts_with('/')) {
        if (asks(RESOLVE_BENEATH)) return EXDEV;
        steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(floor_), steps_.end());
    }
    return take(text);
}

std::string Walk::path_to(std::string_view name) const
{
    std::string path = "/";
    for (const Step& step : steps_ | std::views::drop(1)) path = joined(path, step.name);
    return name.empty() ? path : joined(path, name);
}

Found Walk::object()
{
    Step& top = steps_.back();
    Found found;
    found.path = path_to({});
    found.root = top.root;
    found.node = top.node;
    found.fd = std::move(top.fd);
    found.mode = top.mode;
    found.text = std::move(top.text);
    found.jump = top.jump;
    return found;
}

Found Walk::entry(const std::string& name)
{
    Step& top = steps_.back();
    Found found;
    found.path = path_to(name);
    found.root = top.root;
    found.node = top.node != nullptr ? top.node->child(name) : nullptr;
    found.folder = std::move(top.fd);
    found.name = name;
    if (name.empty()) found.last = Found::Last::Slash;
    if (name == ".") found.last = Found::Last::Dot;
    if (name == "..") found.last = Found::Last::DotDot;
    return found;
}

}  // namespace husk::program
