#pragma once

#include "program/entry/processor.hpp"

namespace husk::program {

class Thread;

/// What a program's exception becomes: memory where the space has some that the machine has not been given yet, otherwise the
/// signal that Linux would send for it.
void handle_exception(Thread& thread, const entry::events::Exception& exception);
void handle_no_memory(Thread& thread, const entry::events::NoMemory& event);

}  // namespace husk::program
