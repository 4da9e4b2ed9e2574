#pragma once

#include "program/image/dynamic.hpp"
#include "program/image/loader_cache.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::program {

/// A program, or a library that has been found, as far as looking for others depends on it.
struct LinkedObject {
    std::string directory;  ///< $ORIGIN
    Dynamic dynamic;
    std::optional<std::size_t> loader;  ///< index of the object that asked for it; none for the program
};

/// A place where a loader may find a library: a directory, or files that it knows of.
struct Place {
    std::string directory;           ///< without a slash at its end; empty if there are `files`
    std::vector<std::string> files;  ///< in the order of preference
};

/// Takes the next place; true to end the search.
using TakePlace = std::function<bool(const Place&)>;

/// Where glibc (elf/dl-load.c, _dl_map_object(); ld.so(8)) or musl (ldso/dynlink.c, load_library()) look for libraries.
/// LD_LIBRARY_PATH and /etc/ld.so.preload are not heeded, nor are the hardware subdirectories of before glibc 2.37.
class LibrarySearch {
public:
    enum class Loader : std::uint8_t { Glibc, Musl };

    /// By the name of the interpreter.
    static Loader loader_of(std::string_view interpreter);
    /// The file in which a loader keeps what it knows of libraries: /etc/ld.so.cache, or musl's list of directories.
    static std::string index_of(Loader loader, std::string_view interpreter);

    /// `index` is the content of the file that index_of() names; none if there is none.
    LibrarySearch(Loader loader, std::optional<std::vector<std::byte>> index);

    Loader loader() const { return loader_; }

    /// All places for `name`, which has no slash, as object `by` asks for it, in order, until `take` has had enough; which may add
    /// objects.
    void places(std::string_view name, const std::deque<LinkedObject>& objects, std::size_t by, const TakePlace& take) const;

    /// `text` with $ORIGIN, $LIB and $PLATFORM replaced; none if it becomes too long to be a path.
    static std::optional<std::string> expand(std::string_view text, const std::string& origin);

private:
    bool run_path_of(const LinkedObject& object, const std::string& path, const TakePlace& take) const;
    bool inherited(const std::deque<LinkedObject>& objects, std::size_t by, const TakePlace& take) const;
    bool glibc(std::string_view name, const std::deque<LinkedObject>& objects, std::size_t by, const TakePlace& take) const;
    bool directories(std::string_view list, std::string_view separators, const TakePlace& take) const;

    Loader loader_;
    LoaderCache cache_;        ///< glibc's
    std::string directories_;  ///< musl's
};

}  // namespace husk::program
