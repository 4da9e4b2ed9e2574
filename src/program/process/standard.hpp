#pragma once

#include "base/unique_fd.hpp"

#include <array>

namespace husk::program {

/// What a program's descriptors 0, 1 and 2 were when it started, for one that is to be frozen: whatever it does to those numbers
/// meanwhile, its standard input is told from a file of its own. Kept for no other program, because who reads what it writes would
/// not see it close its end.
class StandardDescriptors {
public:
    static constexpr int kCount = 3;

    /// Copies them to `line` and above; one that is closed stays so. Throws Error.
    void keep(int line);

    bool kept() const { return kept_; }
    /// The copy of descriptor `number`, 0 to 2; −1 if that was closed.
    int at(int number) const { return all_.at(static_cast<std::size_t>(number)).copy.get(); }
    /// The flags of its file then: O_NONBLOCK and so on.
    int flags(int number) const { return all_.at(static_cast<std::size_t>(number)).flags; }

private:
    struct One {
        UniqueFd copy;
        int flags = 0;
    };
    std::array<One, kCount> all_;
    bool kept_ = false;
};

}  // namespace husk::program
