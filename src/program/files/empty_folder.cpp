#include "program/files/own_fd.hpp"
#include "program/files/scratch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

// Removal of a tree that someone hostile has made. Nothing is followed, nothing is called again within itself: a folder in a folder
// is moved up to the top, under a number, so that no tree is deep.
namespace husk::program {

namespace {

constexpr std::size_t kBatch = 32768;  // bytes of names read at once

bool is_dots(std::string_view name)
{
    return name == "." || name == "..";
}

/// The names in a folder that getdents64 gives at once; none at its end.
std::vector<std::string> some_names(int fd)
{
    alignas(dirent64) std::array<char, kBatch> bytes{};
    const Result size = host_call(SYS_getdents64, fd, bytes.data(), bytes.size());
    std::vector<std::string> names;
    for (std::size_t at = 0; size > 0 && at < static_cast<std::size_t>(size);) {
        std::uint16_t length = 0;
        std::memcpy(&length, &bytes.at(at + offsetof(dirent64, d_reclen)), sizeof length);
        const char* const name = &bytes.at(at + offsetof(dirent64, d_name));
        if (!is_dots(name)) names.emplace_back(name);
        at += length;
    }
    return names;
}

/// A folder, opened to be read and changed, even if its owner has taken the right to do so away; nothing if it is none.
UniqueFd open_folder(int parent, const char* name)
{
    auto folder = look(parent, name, O_DIRECTORY | O_NOFOLLOW);
    if (!folder) return {};
    const std::string itself = "/proc/self/fd/" + std::to_string(folder->get());
    ::fchmodat(AT_FDCWD, itself.c_str(), S_IRWXU, 0);
    const Result fd = open_beneath(folder->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, kNoLinks);
    return UniqueFd{failed(fd) ? -1 : static_cast<int>(fd)};
}

class Emptying {
public:
    explicit Emptying(int top) : top_{top} {}

    bool run()
    {
        UniqueFd folder = open_folder(top_, ".");
        if (!folder) return false;
        // Names that came up while others were read are found in the next round. Without progress there is nothing left to do.
        for (bool progress = true; progress;) {
            progress = false;
            ::lseek(folder.get(), 0, SEEK_SET);
            for (auto names = some_names(folder.get()); !names.empty(); names = some_names(folder.get()))
                for (const std::string& name : names) progress |= remove_top(name.c_str());
        }
        ::lseek(folder.get(), 0, SEEK_SET);
        return some_names(folder.get()).empty();
    }

private:
    /// An entry of the top folder. True if it went away.
    bool remove_top(const char* name)
    {
        if (::unlinkat(top_, name, 0) == 0 || ::unlinkat(top_, name, AT_REMOVEDIR) == 0) return true;
        const UniqueFd folder = open_folder(top_, name);
        if (!folder) return false;
        for (bool progress = true; progress;) {
            progress = false;
            ::lseek(folder.get(), 0, SEEK_SET);
            for (auto names = some_names(folder.get()); !names.empty(); names = some_names(folder.get()))
                for (const std::string& inner : names) progress |= remove_inner(folder.get(), inner.c_str());
        }
        return ::unlinkat(top_, name, AT_REMOVEDIR) == 0;
    }

    bool remove_inner(int folder, const char* name)
    {
        if (::unlinkat(folder, name, 0) == 0 || ::unlinkat(folder, name, AT_REMOVEDIR) == 0) return true;
        if (!open_folder(folder, name)) return false;  // which also gives the right to move it
        const std::string number = ".removed-" + std::to_string(next_++);
        return ::renameat2(folder, name, top_, number.c_str(), RENAME_NOREPLACE) == 0;
    }

    int top_;
    unsigned long next_ = 0;
};

}  // namespace

bool empty_folder(int fd)
{
    return Emptying{fd}.run();
}

}  // namespace husk::program
