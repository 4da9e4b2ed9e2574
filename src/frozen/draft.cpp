#include "frozen/draft.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace husk::frozen {

namespace {

constexpr const char* kDescriptors = "/proc/thread-self/fd";
constexpr mode_t kAll = 0666;  // less the umask
constexpr int kTries = 100;    // to find a name that nobody has

/// What takes the file's place: the file that a link leads to, so that it stays a link. Not a device or a folder.
std::filesystem::path checked(const std::filesystem::path& path)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno != ENOENT) throw Error{"stat", errno, path.native()};
        return path;
    }
    if (S_ISDIR(status.st_mode)) throw Error{"open", EISDIR, path.native()};
    if (!S_ISREG(status.st_mode)) throw Error{"open", EEXIST, path.native() + " is not a regular file, and is left alone"};
    return std::filesystem::canonical(path);
}

std::string new_name()
{
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number) throw Error{"getrandom", errno};
    return fmt::format("{}{:016x}", Draft::kDraftName, number);
}

}  // namespace

Draft::Draft(const std::filesystem::path& path) : path_{checked(path)}
{
    const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path{"."};
    folder_ = UniqueFd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder_) throw Error{"open", errno, folder.native()};
    if (!open_nameless()) open_named();
}

Draft::~Draft()
{
    if (!name_.empty()) ::unlinkat(folder_.get(), name_.c_str(), 0);
}

void Draft::leave_to_other()
{
    name_.clear();
    fd_ = UniqueFd{};
    folder_ = UniqueFd{};
}

bool Draft::open_nameless()
{
    if (::access(kDescriptors, X_OK) != 0) return false;  // it could never have a name
    fd_ = UniqueFd{::openat(folder_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, kAll)};
    if (fd_) return true;
    // What file systems and kernels without it say: open(2), "O_TMPFILE".
    if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT) return false;
    throw Error{"open", errno, path_.native()};
}

void Draft::open_named()
{
    for (int i = 0; i < kTries && !fd_; ++i) {
        std::string name = new_name();
        fd_ = UniqueFd{::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kAll)};
        if (fd_)
            name_ = std::move(name);
        else if (errno != EEXIST)
            throw Error{"open", errno, path_.native()};
    }
    if (!fd_) throw Error{"open", EEXIST, path_.native()};
}

/// Gives a draft without a name one. False if somebody has it.
bool Draft::link_as(const std::string& name)
{
    const std::string self = fmt::format("{}/{}", kDescriptors, fd_.get());
    if (::linkat(AT_FDCWD, self.c_str(), folder_.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
    if (errno == EEXIST) return false;
    throw Error{"linkat", errno, path_.native()};
}

/// A name to be renamed from: only rename() takes the place of what is there.
void Draft::take_name()
{
    for (int i = 0; i < kTries; ++i) {
        std::string name = new_name();
        if (!link_as(name)) continue;
        name_ = std::move(name);
        return;
    }
    throw Error{"linkat", EEXIST, path_.native()};
}

void Draft::publish()
{
    if (::fsync(fd_.get()) != 0) throw Error{"fsync", errno, path_.native()};
    const std::string last = path_.filename();
    if (!name_.empty() || !link_as(last)) {
        if (name_.empty()) take_name();
        if (::renameat(folder_.get(), name_.c_str(), folder_.get(), last.c_str()) != 0)
            throw Error{"renameat", errno, path_.native()};
        name_.clear();
    }
    // Not every file system can: the file is there all the same.
    ::fsync(folder_.get());
}

}  // namespace husk::frozen
