#include "program/files/tree.hpp"

#include "program/files/path.hpp"

namespace husk::program {

Node& Node::place(std::string_view path)
{
    Node* at = this;
    for (const std::string_view next : names_in(path)) {
        auto& child = at->children[std::string{next}];
        if (!child) {
            child = std::make_unique<Node>();
            child->parent = at;
            child->name = next;
        }
        at = child.get();
    }
    return *at;
}

const Root* Node::around() const
{
    for (const Node* at = parent; at != nullptr; at = at->parent) {
        if (at->root) return at->root.get();
        if (at->hides) return nullptr;
    }
    return nullptr;
}

std::string Node::path() const
{
    return parent == nullptr ? "/" : joined(parent->path(), name);
}

void Node::put_link(std::string_view path, std::function<std::string()> text)
{
    Node& node = place(path);
    node.kind = Kind::Link;
    node.make = std::move(text);
}

void Node::put_text(std::string_view path, std::function<std::string()> bytes)
{
    Node& node = place(path);
    node.kind = Kind::Text;
    node.make = std::move(bytes);
}

}  // namespace husk::program
