#pragma once

#include <optional>
#include <string>

namespace husk {

/// All of a file whose size is not known before, as those of /proc; nothing if it cannot be opened or read. By plain reads: the
/// first stream of a process costs it a tenth of a millisecond.
std::optional<std::string> read_text(const std::string& path);

}  // namespace husk
