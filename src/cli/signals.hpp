#pragma once

#include "base/unique_fd.hpp"

#include <husk/machine.hpp>

namespace husk::cli {

/// While it lives, SIGINT and SIGTERM cancel the machine instead of killing husk, so that output, reports and the terminal are left
/// whole. A second one kills. One at a time.
class CancelOnSignal {
public:
    explicit CancelOnSignal(Machine& machine);
    ~CancelOnSignal();
    CancelOnSignal(const CancelOnSignal&) = delete;
    CancelOnSignal& operator=(const CancelOnSignal&) = delete;

    /// Readable once a signal has come. Throws Error.
    int descriptor();

    /// The signal that came, or 0.
    static int caught();

private:
    UniqueFd event_;
};

}  // namespace husk::cli
