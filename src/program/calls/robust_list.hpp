#pragma once

namespace husk::program {

class Thread;

/// What the kernel does for a thread that ends with robust mutexes in its hands: the next owner is told. set_robust_list(2).
void walk_robust_list(Thread& thread);

}  // namespace husk::program
