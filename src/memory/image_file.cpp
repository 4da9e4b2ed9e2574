#include "memory/image_file.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>

namespace husk {

UniqueFd new_image_file()
{
    UniqueFd fd{::memfd_create("husk-frozen", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!fd) throw Error{"memfd_create", errno};
    return fd;
}

void seal_image_file(int fd)
{
    if (::fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) throw Error{"F_ADD_SEALS", errno};
}

}  // namespace husk
