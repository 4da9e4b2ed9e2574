#pragma once

#include "engine/vm.hpp"
#include "program/space/space.hpp"

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace husk::program {

/// Gives the machine the space piece by piece, as it comes into use: a memory slot for each window, and page-directory entries for
/// those parts of it where something is mapped, so that what is not faults with its exact address. Thread-safe.
class Windows {
public:
    /// `vdso`: what the guest finds at layout::kVdso; empty if nothing.
    Windows(Space& space, engine::Vm& vm, std::span<std::byte> vdso);
    ~Windows();
    Windows(const Windows&) = delete;
    Windows& operator=(const Windows&) = delete;

    /// The guest touched `address`, and its tables had nothing for it. True if something is there now, or was meanwhile.
    bool open(std::uint64_t address);
    /// The guest will touch `address`, wherever that is.
    void prepare(std::uint64_t address);

    /// What it will touch in [begin, end), whole windows that lie in one piece: the machine gets them as one.
    void open(std::uint64_t begin, std::uint64_t end);
    /// The vDSO, if there is one.
    void open_vdso();
    /// Its pages; empty if there is none.
    std::span<std::byte> vdso() const { return vdso_; }

private:
    std::uint64_t user_end() const { return space_.extent().user_end(); }
    bool is_open(std::uint64_t address);
    void give(std::uint64_t first, std::uint64_t last);
    void lend(std::uint64_t begin, std::uint64_t end, int protection);
    void changed(std::uint64_t begin, std::uint64_t end, int protection);

    Space& space_;
    engine::Vm& vm_;
    std::span<std::byte> vdso_;
    std::mutex mutex_;
    std::vector<bool> given_;
    bool vdso_given_ = false;
};

}  // namespace husk::program
