#pragma once

#include "trace/writer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace husk::trace {

/// A virtual processor's track: what it ran of the guest, and what the host did for each exit, by turns. Used by one thread at a
/// time.
class ProcessorTrack {
public:
    ProcessorTrack(Writer& writer, Place place, std::string_view name) : writer_{writer}, track_{writer.add_track(place, name)} {}
    ~ProcessorTrack();
    ProcessorTrack(const ProcessorTrack&) = delete;
    ProcessorTrack& operator=(const ProcessorTrack&) = delete;

    /// The guest goes on: what the last exit asked for has been done.
    void enters();
    /// The guest has left. `name`: what for; gives the event, to which what is known is to be added.
    Event& left(std::string_view name, std::string_view kind);
    /// The last exit, until enters(); nothing if there was none.
    Event* exit() { return exit_ ? &*exit_ : nullptr; }
    /// The guest does not go on, for now or for good.
    void stops();

    /// Something that happens now: to be given to add().
    Event happens(std::string_view name, std::string_view category) const;
    void add(Event event) { event.end(), track_->add(event); }
    /// Something that was begun then, and took so long.
    Event did(std::string_view name, std::string_view category, std::chrono::steady_clock::time_point begun) const;
    void add(Event event, Time duration) { event.lasts(duration), track_->add(event); }

    void rename(std::string_view name) { writer_.rename(*track_, name); }
    Writer& writer() const { return writer_; }

private:
    Writer& writer_;
    std::shared_ptr<Track> track_;
    Time entered_{}, left_{};
    std::optional<Event> exit_;
};

/// What is where in a guest, as text, asked for once for each address as long as there is room.
class PlaceNames {
public:
    template <typename Find>
    const std::string& at(std::uint64_t address, Find find)
    {
        if (names_.size() >= kMost) names_.clear();
        const auto [found, added] = names_.try_emplace(address);
        if (added) found->second = find(address);
        return found->second;
    }
    void forget() { names_.clear(); }

private:
    static constexpr std::size_t kMost = 4096;
    std::unordered_map<std::uint64_t, std::string> names_;
};

}  // namespace husk::trace
