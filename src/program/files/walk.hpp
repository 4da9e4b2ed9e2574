#pragma once

#include "program/files/found.hpp"

#include <tl/expected.hpp>

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::program {

/// What a walk must ask others.
struct WalkHelp {
    /// Where the guest's descriptor of this number leads: a path of the guest's, or what the kernel calls it; an errno.
    std::function<tl::expected<std::string, int>(int number)> descriptor_text;
    /// A copy of that descriptor above the line; or of the program's file, for `kProgram`.
    std::function<tl::expected<UniqueFd, int>(int number)> descriptor;
    static constexpr int kProgram = -2;
};

/// A path, taken name by name: each is opened by the kernel beneath the one before and without following it; links and ".." are
/// Husk's work, with the folders that were walked through held open. Used once.
class Walk {
public:
    Walk(const Node& tree, const Lookup& lookup, const WalkHelp& help);

    /// `base` is the guest's path of the folder that `path` starts from unless it is absolute. The error is an errno.
    tl::expected<Found, int> run(std::string_view base, std::string_view path);

    /// After an error: the path that is not there because no grant has it; else empty.
    const std::string& not_granted() const { return not_granted_; }

private:
    struct Step {
        std::string name;
        const Node* node = nullptr;
        const Root* root = nullptr;
        Held fd;
        std::uint32_t mode = 0;
        std::optional<std::string> text{};
        bool jump = false;
    };
    static bool is_folder(const Step& step);

    int take(std::string_view path);
    int all();
    Step& push(std::string name, const Node* node, const Root* root, Held fd, std::uint32_t mode);
    int enter(const std::string& name, bool last);
    int enter_node(const Node& child, bool last);
    int enter_folder(const Node& child);
    int enter_grant(const Node& child);
    int enter_real(const std::string& name, const Node* node, bool last);
    int enter_descriptor(const std::string& name, bool last);
    int jump_to(const Node* node, const std::string& name, int number);
    int link(const std::string& text);
    int up();
    tl::expected<Found, int> find_entry(bool slash);
    Found object();
    Found entry(const std::string& name);
    std::string path_to(std::string_view name) const;
    bool asks(std::uint64_t resolve) const { return (lookup_.resolve & resolve) != 0; }

    const Lookup& lookup_;
    const WalkHelp& help_;
    std::vector<Step> steps_;        ///< the root and the folders down to where the walk is; last, maybe, what is no folder
    std::deque<std::string> names_;  ///< still to come
    std::string last_name_;          ///< the one that was taken from them last
    bool to_folder_ = false;         ///< the last of them is not the last of the path
    std::size_t floor_ = 1;          ///< so many steps are never gone back from
    unsigned links_ = 0;
    std::string not_granted_;
};

}  // namespace husk::program
