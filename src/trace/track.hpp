#pragma once

#include "trace/event.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

namespace husk::trace {

class Writer;

/// What one thread tells, on its way to the file. That thread adds to it, the writer's takes from it: they meet in a lock that is
/// held for a copy of one line, or for an exchange of two strings.
class Track {
public:
    Track(Writer& writer, Place place) : writer_{writer}, place_{place} {}
    Track(const Track&) = delete;
    Track& operator=(const Track&) = delete;

    Place place() const { return place_; }

    /// An event that has ended. Waits if the host cannot write as fast; does nothing once it cannot write at all.
    void add(const Event& event);
    /// No more of them come.
    void retire();

    /// For the writer: puts what there is at the end of `into`; true if the track is to be forgotten.
    bool take(std::string& into);
    /// For the writer: nothing is taken any more, so that nobody must wait for it.
    void give_up();

private:
    /// When the writer is woken, and what may wait for it, in bytes.
    static constexpr std::size_t kEnough = 64 * 1024, kMost = 1024 * 1024;

    Writer& writer_;
    const Place place_;
    std::mutex mutex_;  ///< of all below
    std::condition_variable taken_;
    std::string lines_;
    bool retired_ = false, given_up_ = false;
};

}  // namespace husk::trace
