#include "program/process/standard.hpp"

#include "program/host/call.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/syscall.h>

#include <cerrno>

namespace husk::program {

void StandardDescriptors::keep(int line)
{
    for (int number = 0; number < kCount; ++number) {
        One& one = all_.at(static_cast<std::size_t>(number));
        const Result copy = host_call(SYS_fcntl, number, F_DUPFD_CLOEXEC, line);
        if (failed(copy) && copy != -EBADF) throw Error{"fcntl(F_DUPFD_CLOEXEC)", static_cast<int>(-copy)};
        one.copy = UniqueFd{failed(copy) ? -1 : static_cast<int>(copy)};
        if (one.copy) one.flags = static_cast<int>(host_call(SYS_fcntl, one.copy.get(), F_GETFL));
    }
    kept_ = true;
}

}  // namespace husk::program
