#include "program/files/walk.hpp"

#include "program/files/own_fd.hpp"
#include "program/files/path.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace husk::program {

namespace {

constexpr unsigned kMostLinks = 40;  // Linux's MAXSYMLINKS

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
    for (std::size_t i = 1; i < steps_.size(); ++i) path = joined(path, steps_[i].name);
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
