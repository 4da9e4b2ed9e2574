#pragma once

#include "program/image/linked_file.hpp"

#include <string>
#include <vector>

namespace husk::program {

/// A file that a loader will look for and not find, or not take.
struct Unresolved {
    std::string name;       ///< as the file that needs it names it
    std::string needed_by;  ///< path of that file
    std::string problem;    ///< in words
    bool operator==(const Unresolved&) const = default;
};

struct LinkedFiles {
    std::vector<LinkedFile> files;       ///< the interpreter, what it knows of libraries, libraries in the order they are opened
    std::vector<Unresolved> unresolved;  ///< no error: whether the program can do without is its affair
};

struct LinkOptions {
    std::string root{};            ///< a path of the host that is the root of all others; "" for the host's own
    std::string directory{};       ///< the program's current one, seen from the root; the caller's own by default
    std::size_t budget = 131'072;  ///< path components looked at, at most; what is then still to be found is unresolved
};

/// What the ELF executable at `program` (not a script) is linked with: the interpreter, /etc/ld.so.cache, and all libraries, found
/// as glibc or musl would (see LibrarySearch). Where glibc takes one of several by the processor, all of them. Nothing for a static
/// program.
///
/// These are meant to be shown to a program that nobody vouches for, and it has a say in which they are: so only regular files that
/// are ELF shared objects for x86-64 are listed, whatever the program claims to need. What the host cannot read is unresolved; does
/// not throw for it.
LinkedFiles linked_files(const std::string& program, const LinkOptions& options = {});

}  // namespace husk::program
