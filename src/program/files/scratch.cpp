#include "program/files/scratch.hpp"

#include "program/files/own_fd.hpp"

#include <husk/error.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

namespace husk::program {

namespace {

constexpr std::string_view kPrefix = "husk-scratch-", kUnique = "XXXXXX";

/// Names alone are best kept in memory: a disk's file system may take a millisecond to make a folder, and again to remove it.
std::string place(bool for_files)
{
    constexpr const char* kInMemory = "/dev/shm";
    const char* const wanted = std::getenv("TMPDIR");
    if (wanted != nullptr && *wanted == '/') return wanted;
    return !for_files && ::access(kInMemory, W_OK | X_OK) == 0 ? kInMemory : "/tmp";
}

/// The folder at `path`, open, and with the lock that says that somebody uses it; nothing if it is another's, or somebody does. The
/// lock goes with its last holder, however that ends.
UniqueFd locked_folder(const std::string& path)
{
    UniqueFd folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    struct stat held {};
    struct stat named {};
    if (!folder || ::fstat(folder.get(), &held) != 0 || held.st_uid != ::geteuid()) return {};
    if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) return {};
    // Whoever had the lock before may have removed it.
    const bool there = ::lstat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev;
    return there ? std::move(folder) : UniqueFd{};
}

/// Removes the folders of those that were killed.
void remove_stale(const std::string& parent)
{
    const std::unique_ptr<DIR, int (*)(DIR*)> names{::opendir(parent.c_str()), ::closedir};
    if (!names) return;
    while (const dirent* const entry = ::readdir(names.get())) {
        const std::string_view name = entry->d_name;
        if (name.size() != kPrefix.size() + kUnique.size() || !name.starts_with(kPrefix)) continue;
        const std::string path = parent + "/" + std::string{name};
        const UniqueFd folder = locked_folder(path);
        if (folder && empty_folder(folder.get())) ::rmdir(path.c_str());
    }
}

}  // namespace

Scratch::Scratch(int descriptor_line, bool for_files) : maker_{::getpid()}
{
    const std::string parent = place(for_files);
    remove_stale(parent);
    // Another that looks for stale ones may take it before it is locked, and then removes it.
    UniqueFd folder;
    while (!folder) {
        path_ = fmt::format("{}/{}{}", parent, kPrefix, kUnique);
        if (::mkdtemp(path_.data()) == nullptr) throw Error{"mkdtemp", errno, path_};
        folder = locked_folder(path_);
    }
    fd_ = moved_above(std::move(folder), descriptor_line);
    // As the kernel knows it: a link may lead to the folder it was made in.
    if (char* const real = ::realpath(path_.c_str(), nullptr)) {
        path_ = real;
        std::free(real);
    }
}

Scratch::~Scratch()
{
    if (::getpid() != maker_) return;
    empty_folder(fd_.get());
    ::rmdir(path_.c_str());
}

void Scratch::make_folder(const std::string& name, mode_t mode) const
{
    if (::mkdirat(fd_.get(), name.c_str(), S_IRWXU) != 0) throw Error{"mkdirat", errno, path_ + "/" + name};
    if (::fchmodat(fd_.get(), name.c_str(), mode, 0) != 0) throw Error{"fchmodat", errno, path_ + "/" + name};
}

}  // namespace husk::program
