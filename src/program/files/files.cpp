#include "program/files/files.hpp"

#include "program/files/own_fd.hpp"
#include "program/files/path.hpp"
#include "program/files/proc.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace husk::program {

namespace {

constexpr const char* kDescriptors = "/proc/thread-self/fd";
constexpr const char* kDescriptorsInfo = "/proc/thread-self/fdinfo";

UniqueFd opened_folder(const char* path, int line)
{
    const Result fd = open_beneath(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (failed(fd)) throw Error{"openat2", static_cast<int>(-fd), path};
    return moved_above(UniqueFd{static_cast<int>(fd)}, line);
}

}  // namespace

Files::Files(const ProgramConfig& config, const Space& space, int descriptor_line, int pid)
    : facts_{.config = config, .space = space, .pid = pid, .program = config.path, .auxv = {}},
      line_{descriptor_line},
      explain_{config.explain}
{
    help_.descriptor_text = [this](int number) { return descriptor_text(number); };
    help_.descriptor = [this](int number) { return descriptor_copy(number); };
    facts_.identity = [this](const std::string& path) {
        struct stat status {};
        const auto found = find(path, {}, AT_FDCWD);
        if (!found || !found->fd || ::fstat(found->fd.get(), &status) != 0) return Facts::Identity{};
        return Facts::Identity{status.st_dev, status.st_ino};
    };
}

Files::Opened::Opened(const ProgramConfig& config, int line)
    : grants{config.grants, config.private_tmp, line},
      descriptors{opened_folder(kDescriptors, line)},
      descriptors_info{opened_folder(kDescriptorsInfo, line)}
{}

void Files::open()
{
    put_proc(opened_.emplace(facts_.config, line_).grants.tree(), facts_, [this] { return working_directory(); });
}

void Files::close()
{
    program_ = {};
    {
        const std::lock_guard lock{directory_mutex_};
        directory_ = {};
    }
    opened_.reset();
}

Files::Opened& Files::opened()
{
    if (!opened_) throw std::logic_error{"the files of a program are looked for before they were opened"};
    return *opened_;
}

const Files::Opened& Files::opened() const
{
    return const_cast<Files*>(this)->opened();
}

void Files::set_program(const std::string& path, int fd)
{
    facts_.program = path;
    auto copy = copied_above(fd, line());
    if (!copy) throw Error{"fcntl", copy.error(), path};
    program_ = *std::move(copy);
}

bool Files::is_guests(int number) const
{
    return number >= 0 && number < line() && !failed(host_call(SYS_fcntl, number, F_GETFD));
}

tl::expected<std::string, int> Files::descriptor_text(int number) const
{
    if (!is_guests(number)) return tl::unexpected{ENOENT};
    return name_of(number);
}

tl::expected<UniqueFd, int> Files::descriptor_copy(int number) const
{
    if (number != WalkHelp::kProgram) return is_guests(number) ? copied_above(number, line()) : tl::unexpected{ENOENT};
    return program_ ? copied_above(program_.get(), line()) : tl::unexpected{ENOENT};
}

std::optional<std::string> Files::guest_path(const std::string& host) const
{
    if (auto stand_in = opened().skeleton.guest_path(host)) return stand_in;
    if (host == own_folder(::getpid()) + "/fd") return own_folder(facts_.pid) + "/fd";
    std::string path = opened().grants.guest_path(host);
    if (path.empty()) return std::nullopt;
    return path;
}

tl::expected<std::string, int> Files::path_of(int descriptor) const
{
    const std::string host = host_path(proc(), descriptor);
    if (host.empty()) return tl::unexpected{EBADF};
    if (auto path = guest_path(host)) return *std::move(path);
    return tl::unexpected{EACCES};
}

std::string Files::name_of(int descriptor) const
{
    constexpr std::string_view kMade = "/memfd:husk:";
    constexpr std::string_view kDeleted = " (deleted)";
    std::string host = host_path(proc(), descriptor);
    if (host.starts_with(kMade)) return host.substr(kMade.size(), host.size() - kMade.size() - kDeleted.size());
    if (!host.starts_with('/') || host.starts_with("/memfd:")) return host;
    if (auto path = guest_path(host)) return *std::move(path);
    // A terminal's name is worth knowing; where else the host keeps a file that was handed over is not the guest's affair.
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode)) return host;
    return "host:[" + std::to_string(status.st_ino) + "]";
}

std::string Files::working_directory() const
{
    const std::lock_guard lock{directory_mutex_};
    return directory_ ? path_of(directory_.get()).value_or("") : directory_path_;
}

void Files::start_in(const std::string& path)
{
    auto found = find(path, {}, AT_FDCWD);
    const int error = found ? change_directory(*found) : found.error();
    if (error != 0) throw Error{"chdir", error, path};
}

int Files::change_directory(Found& to)
{
    UniqueFd above;
    if (to.fd) {
        auto copy = copied_above(to.fd.get(), line());
        if (!copy) return copy.error();
        above = *std::move(copy);
        if (const Result may = host_call(SYS_faccessat2, above.get(), "", X_OK, AT_EMPTY_PATH); failed(may))
            return static_cast<int>(-may);
    }
    const std::lock_guard lock{directory_mutex_};
    directory_ = std::move(above);
    directory_path_ = to.path;
    return 0;
}

int Files::may_change(int descriptor)
{
    struct stat status {};
    const Result flags = host_call(SYS_fcntl, descriptor, F_GETFL);
    if (failed(flags)) return static_cast<int>(-flags);
    if ((flags & O_PATH) != 0) return EBADF;
    if (::fstat(descriptor, &status) != 0) return errno;
    const auto path = path_of(descriptor);
    const bool on_host = host_path(proc(), descriptor).starts_with('/') && !S_ISFIFO(status.st_mode);
    if (path) {
        const auto found = find(*path, {}, AT_FDCWD);
        struct stat other {};
        const bool same = found && found->fd && ::fstat(found->fd.get(), &other) == 0 && other.st_ino == status.st_ino &&
                          other.st_dev == status.st_dev;
        if (same && found->root == nullptr) return EPERM;
        if (same && !found->root->writable) {
            explain_.read_only(found->path, *found->root);
            return EROFS;
        }
        if (same) return 0;
    }
    // A file without a name that the guest made itself, or a pipe. Not one of the host's that was handed over.
    const bool nameless = status.st_nlink == 0 && (flags & O_ACCMODE) != O_RDONLY;
    return nameless || !on_host ? 0 : EPERM;
}

std::vector<Files::Reach> Files::reach() const
{
    std::vector<Reach> all{{opened().grants.scratch().path(), opened().grants.scratch().fd(), true}};
    for (const Root* root : opened().grants.roots()) {
        const int fd = root->folder ? root->fd.get() : -1;
        all.push_back({root->host, fd, root->writable});
    }
    for (std::string& path : host_files_read())
        if (::access(path.c_str(), R_OK) == 0) all.push_back({std::move(path), -1, false});
    for (const auto& [path, fd] : {std::pair{kDescriptors, proc()}, std::pair{kDescriptorsInfo, proc_info()}})
        all.push_back({path, fd, false});
    if (program_) all.push_back({facts_.program, program_.get(), false});
    // What the first descriptors were given may be opened again by /dev/stdin and its kin.
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        struct stat status {};
        const std::string host = host_path(proc(), fd);
        const bool named = host.starts_with('/') && !host.starts_with("/memfd:") && ::fstat(fd, &status) == 0 &&
                           (S_ISREG(status.st_mode) || S_ISCHR(status.st_mode));
        const Result flags = host_call(SYS_fcntl, fd, F_GETFL);
        if (named && !failed(flags)) all.push_back({"descriptor " + std::to_string(fd), fd, (flags & O_ACCMODE) != O_RDONLY});
    }
    return all;
}

}  // namespace husk::program
