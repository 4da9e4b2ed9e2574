#pragma once

#include "base/unique_fd.hpp"
#include "program/files/tree.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace husk::program {

/// A descriptor, one's own or a grant's.
class Held {
public:
    Held() = default;
    explicit Held(UniqueFd own) : own_{std::move(own)} {}
    static Held borrowed(int fd)
    {
        Held held;
        held.borrowed_ = fd;
        return held;
    }
    int get() const { return own_ ? own_.get() : borrowed_; }
    explicit operator bool() const { return get() >= 0; }

private:
    UniqueFd own_;
    int borrowed_ = -1;
};

/// How a path is looked up.
struct Lookup {
    enum class Want : std::uint8_t {
        Object,           ///< what the path leads to
        ObjectOrMissing,  ///< also, if all but the last name is there, where it would be
        Entry,            ///< the last name in its folder, whether there or not
    };
    Want want = Want::Object;
    bool follow = true;         ///< a link at the end leads on
    bool change = false;        ///< to be changed; matters only for what is told of a refusal
    std::uint64_t resolve = 0;  ///< RESOLVE_… of openat2
    bool told = true;           ///< a refusal is explained: it is the program that looks
};

/// What a path leads to. All descriptors are O_PATH or checked, so that what is done with them is done with what was found,
/// whatever others rename meanwhile.
struct Found {
    enum class Last : std::uint8_t { Name, Dot, DotDot, Slash };

    std::string path;            ///< the guest's, without links
    const Root* root = nullptr;  ///< the grant it is in; none: made by Husk, or `jump`
    const Node* node = nullptr;  ///< if it is a place in the namespace that means something

    Held fd;                          ///< the object; none where Want::Entry or nothing is there
    std::uint32_t mode = 0;           ///< st_mode of the object
    std::optional<std::string> text;  ///< of a link that Husk makes
    /// The object is what a descriptor, of /proc/self/fd, refers to, and no grant has it. `fd` is then a copy of that descriptor,
    /// and nothing may be done with it that cannot be done with the descriptor.
    bool jump = false;

    Held folder;       ///< of an entry
    std::string name;  ///< of an entry
    Last last = Last::Name;
    bool slash = false;  ///< an entry's name has a slash behind it

    bool writable() const { return root != nullptr && root->writable; }
};

}  // namespace husk::program
