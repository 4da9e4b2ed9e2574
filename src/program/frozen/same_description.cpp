#include "program/frozen/same_description.hpp"

#include "program/host/call.hpp"

#include <fcntl.h>
#include <sys/syscall.h>

namespace husk::program {

namespace {

constexpr int kDuplicateQuery = 1027;  // F_DUPFD_QUERY of <linux/fcntl.h>, which Debian 12's has not

}  // namespace

bool same_description(int one, int other)
{
    if (one == other) return true;
    const Result told = host_call(SYS_fcntl, one, kDuplicateQuery, other);
    return failed(told) ? same_description_by_trial(one, other) : told == 1;
}

bool same_description_by_trial(int one, int other)
{
    const Result flags = host_call(SYS_fcntl, one, F_GETFL);
    const Result before = host_call(SYS_fcntl, other, F_GETFL);
    if (failed(flags) || flags != before) return false;
    if (failed(host_call(SYS_fcntl, one, F_SETFL, flags ^ O_NONBLOCK))) return false;
    const bool same = host_call(SYS_fcntl, other, F_GETFL) != before;
    host_call(SYS_fcntl, one, F_SETFL, flags);
    return same;
}

}  // namespace husk::program
