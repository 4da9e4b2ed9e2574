#pragma once

#include "base/unique_fd.hpp"

#include <husk/machine.hpp>

#include <cstddef>

namespace husk::cli {

/// While it lives, SIGINT and SIGTERM cancel the machines of CancelOnSignal instead of killing husk, so that output, reports and
/// the terminal are left whole. A second one kills. One at a time.
class CatchSignals {
public:
    /// `also`: one more signal that cancels, and does not kill however often it comes; 0: none.
    explicit CatchSignals(int also = 0);
    ~CatchSignals();
    CatchSignals(const CatchSignals&) = delete;
    CatchSignals& operator=(const CatchSignals&) = delete;

    /// The signal that came, or 0.
    static int caught();

    /// Readable once a signal has come. Throws Error.
    int descriptor();

private:
    int also_;
    UniqueFd event_;
};

/// While it lives, a caught signal cancels the machine; also one that came before. From as many threads as kMost.
class CancelOnSignal {
public:
    static constexpr std::size_t kMost = 256;

    explicit CancelOnSignal(Machine& machine);
    ~CancelOnSignal();
    CancelOnSignal(const CancelOnSignal&) = delete;
    CancelOnSignal& operator=(const CancelOnSignal&) = delete;

private:
    std::size_t slot_ = 0;
};

}  // namespace husk::cli
