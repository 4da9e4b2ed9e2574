#pragma once

#include <unicorn/unicorn.h>

namespace husk::soft {

/// Throws Error naming `call` if Unicorn refused it.
void check(uc_err result, const char* call);

}  // namespace husk::soft
