#include "program/apart.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace husk::program {

void part_from_process()
{
    if (::unshare(CLONE_FILES | CLONE_FS) != 0) throw Error{"unshare(CLONE_FILES)", errno};
}

void arrange_descriptors(const ProgramConfig& config, int line)
{
    std::array<UniqueFd, 3> given;
    const std::array<int, 3> wanted{config.standard_input, config.standard_output, config.standard_error};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        given[i] = UniqueFd{wanted[i] < 0 ? ::open("/dev/null", O_RDWR | O_CLOEXEC) : ::fcntl(wanted[i], F_DUPFD_CLOEXEC, line)};
        if (!given[i]) throw Error{"fcntl(F_DUPFD_CLOEXEC)", errno, "a standard descriptor of the program"};
    }
    for (int i = 0; i < static_cast<int>(given.size()); ++i)
        if (::dup2(given[static_cast<std::size_t>(i)].get(), i) < 0) throw Error{"dup2", errno};
    given = {};
    constexpr unsigned kFirst = 3;
    if (::syscall(SYS_close_range, kFirst, static_cast<unsigned>(line - 1), 0u) != 0) throw Error{"close_range", errno};
}

UniqueFd image_above(const MemoryImage& image, int line)
{
    UniqueFd copy{::fcntl(image.descriptor(), F_DUPFD_CLOEXEC, line)};
    if (!copy) throw Error{"fcntl(F_DUPFD_CLOEXEC)", errno, "a memory image"};
    return copy;
}

}  // namespace husk::program
