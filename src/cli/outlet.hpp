#pragma once

#include "base/unique_fd.hpp"

#include <string>
#include <utility>

namespace husk::cli {

/// Both ends of a pipe, closed when a program is executed.
struct Pipe {
    /// Throws Error.
    Pipe();

    UniqueFd reading, writing;
};

/// The reading end of a pipe, and what came through it and is to go on to a descriptor of this process.
class Outlet {
public:
    /// `to`: stdout or stderr.
    Outlet(UniqueFd from, int to) : from_{std::move(from)}, to_{to} {}

    /// -1 when there is nothing more to come.
    int fd() const { return from_.get(); }
    bool closed() const { return !from_; }

    /// Takes what there is now, and hands it on if that is much by now; true if there was something. Throws Error.
    bool take();
    /// Hands all of it on. Throws Error.
    void flush();

private:
    UniqueFd from_;
    int to_;
    std::string text_;
};

}  // namespace husk::cli
