#include "engine/soft/unicorn/failure.hpp"

#include <husk/error.hpp>

#include <cerrno>

namespace husk::soft {

void check(uc_err result, const char* call)
{
    switch (result) {
        case UC_ERR_OK: return;
        case UC_ERR_NOMEM:
        case UC_ERR_RESOURCE: throw Error{call, ENOMEM, uc_strerror(result)};
        default: throw Error{call, EINVAL, uc_strerror(result)};
    }
}

}  // namespace husk::soft
