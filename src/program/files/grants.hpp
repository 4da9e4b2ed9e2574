#pragma once

#include "program/files/scratch.hpp"
#include "program/files/tree.hpp"

#include <husk/program.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace husk::program {

/// What the guest was granted, in place: its namespace.
///
/// The longest grant around a path counts. One for reading within one for writing holds in every place that the other is seen at.
/// A grant's path may go through links: what they lead to is granted, and the links are seen.
class Grants {
public:
    /// Throws std::invalid_argument for what cannot be granted (paths that are not absolute, that have ".." in `at`, files of
    /// /proc), Error for what the host does not have.
    Grants(const std::vector<Grant>& grants, bool private_tmp, int descriptor_line);

    Node& tree() { return *tree_; }
    const Node& tree() const { return *tree_; }
    /// All grants, also those that were made for a place within another.
    const std::vector<const Root*>& roots() const { return roots_; }
    const Scratch& scratch() const { return scratch_; }
    int line() const { return line_; }

    /// The guest's path of what lies at `host`, a path without links, or nothing if no grant has it.
    std::string guest_path(std::string_view host) const;

private:
    void add(const Grant& grant);
    void add_tmp();
    void place(std::string at, const std::string& host, bool writable);
    void repeat_read_only();
    void hide_host_places();
    void hide(std::string_view host);
    void collect(const Node& node);

    int line_;
    Scratch scratch_;
    std::unique_ptr<Node> tree_ = std::make_unique<Node>();
    std::vector<const Root*> roots_;
};

}  // namespace husk::program
