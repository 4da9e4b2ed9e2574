#pragma once

#include <husk/memory.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace husk::test {

/// Host pages right before and after each region of a guest's memory that nothing may touch: without any rights where there was
/// nothing, so that a touch ends the process.
class Guards {
public:
    explicit Guards(const GuestMemory& memory);
    ~Guards();
    Guards(const Guards&) = delete;
    Guards& operator=(const Guards&) = delete;

    /// Pages that could be set up.
    std::size_t count() const { return pages_.size(); }

private:
    void add(std::byte* at);
    std::vector<void*> pages_;
};

}  // namespace husk::test
