#pragma once

#include "base/unique_fd.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace husk::program {

/// A grant in place.
struct Root {
    std::string at;    ///< where the guest sees it
    std::string host;  ///< what it is on the host, without links
    bool writable = false;
    bool folder = false;
    UniqueFd fd;       ///< O_PATH, above the line: of the folder; of a file's folder, so that a file replaced is seen
    std::string name;  ///< a file's name in it
};

/// A place in the guest's namespace that means something: a grant, what only leads to one, or what Husk makes itself.
///
///     /                    Folder      not of the host: it only leads on
///     ├── lib -> usr/lib   Link
///     ├── proc             Folder
///     │   ├── self -> 4711 Link
///     │   └── 4711/fd      Descriptors
///     ├── home             Granted     for writing
///     │   └── keep         Granted     for reading: what lies below is this one's
///     └── usr              Folder
///         └── lib          Granted
struct Node {
    enum class Kind : std::uint8_t {
        Folder,
        Granted,
        Link,         ///< `make` gives its text
        Text,         ///< a file that can be read; `make` gives its bytes
        Program,      ///< /proc/self/exe; `make` gives its text
        Descriptors,  ///< /proc/self/fd
    };

    Kind kind = Kind::Folder;
    /// A folder that hides what a grant around it has in its place.
    bool hides = false;
    std::unique_ptr<Root> root;
    std::function<std::string()> make;
    Node* parent = nullptr;
    std::string name;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;

    const Node* child(std::string_view of_name) const
    {
        const auto found = children.find(of_name);
        return found == children.end() ? nullptr : found->second.get();
    }
    bool link() const { return kind == Kind::Link || kind == Kind::Program; }

    /// The place at `path`, made with all that lead there if it is not there yet. `path` is absolute and has no "." and "..".
    Node& place(std::string_view path);
    /// The grant that a place without one of its own would lie in, or nothing.
    const Root* around() const;
    /// Its path.
    std::string path() const;

    void put_link(std::string_view path, std::function<std::string()> text);
    void put_text(std::string_view path, std::function<std::string()> bytes);
};

}  // namespace husk::program
