#pragma once

namespace husk::program {

/// True if two descriptors are copies of each other (dup): one open file, with one offset and one set of flags. Not asked by
/// kcmp(2), which husk denies itself.
bool same_description(int one, int other);

/// The same for kernels that cannot be asked (before Linux 6.10): tried out with O_NONBLOCK, which is put back.
bool same_description_by_trial(int one, int other);

}  // namespace husk::program
