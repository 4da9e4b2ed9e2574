#include "program/files/scratch.hpp"

#include "program/files/own_fd.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace husk::program {

namespace {
std::string made_folder()
{
    const char* const wanted = std::getenv("TMPDIR");
    std::string path = wanted != nullptr && *wanted == '/' ? wanted : "/tmp";
    path += "/husk-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) throw Error{"mkdtemp", errno, path};
    return path;
}
}  // namespace

Scratch::Scratch(int descriptor_line) : path_{made_folder()}, maker_{::getpid()}
{
    constexpr std::uint64_t kFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const Result fd = open_beneath(AT_FDCWD, path_.c_str(), kFlags, 0);
    if (failed(fd)) throw Error{"openat2", static_cast<int>(-fd), path_};
    fd_ = moved_above(UniqueFd{static_cast<int>(fd)}, descriptor_line);
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
