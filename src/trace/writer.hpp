#pragma once

#include "base/unique_fd.hpp"
#include "trace/event.hpp"
#include "trace/track.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace husk::trace {

/// Between two events. The file is an array that begins with a line of its own and has an event a line; the format permits that its
/// end is missing, so that the file makes sense whenever the process is killed.
inline constexpr std::string_view kFileStart = "[\n", kLineEnd = ",\n", kFileEnd = "\n]\n";
/// The first event and the last, by which Husk knows its own files, and the version of what is in them.
inline constexpr std::string_view kFirstEvent = "husk_trace", kLastEvent = "husk_trace_end";
inline constexpr std::uint64_t kVersion = 1;

/// The file of a trace and the thread that writes it, a few times a second and whenever a track has much. Thread-safe.
class Writer {
public:
    /// Makes the file, or empties the one that is there. Throws Error: EEXIST for one that is no trace, and not empty.
    explicit Writer(const std::string& path, std::string machine = "machine");
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Time now() const { return std::chrono::steady_clock::now() - began_; }
    Time since_start(std::chrono::steady_clock::time_point at) const { return at - began_; }

    /// What machines are called.
    const std::string& machine() const { return machine_; }

    /// Starts the thread, which has the descriptors and the confinement of the calling one. Once; then nothing happens. Throws
    /// std::system_error.
    void start();
    /// Its descriptor gets a number from `line` on. Before start(). Throws Error.
    void move_above(int line);

    /// Names a process: a number that no other has, which is `wanted` if that is free. `engine`: what executes it.
    int add_process(int wanted, std::string_view name, std::string_view engine);
    /// A track, named, which lives as long as this or until it retires. Starts the thread if start() has not been called.
    std::shared_ptr<Track> add_track(Place place, std::string_view name);
    /// Gives a track another name.
    void rename(Track& track, std::string_view name) const;

    /// Writes the rest and the end, then closes the file. Throws Error if not everything could be written, once.
    void close();

    /// For tracks: there is much to write.
    void wake();

private:
    void run();
    /// One round: all that there is, of each track.
    void write_tracks();
    void write(std::string_view text);
    void write_end();
    std::vector<std::shared_ptr<Track>> tracks();

    const std::string path_, machine_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    UniqueFd file_;

    std::mutex mutex_;  ///< of what follows
    std::condition_variable wake_;
    std::thread thread_;
    std::vector<std::shared_ptr<Track>> tracks_;
    std::set<int> processes_;
    bool much_ = false, over_ = false, closed_ = false;

    int error_ = 0;         ///< the thread's while there is one: of the first write that failed
    std::string gathered_;  ///< the thread's
};

}  // namespace husk::trace
