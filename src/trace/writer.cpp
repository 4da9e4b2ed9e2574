#include "trace/writer.hpp"

#include "base/quiet_thread.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace husk::trace {

namespace {

using namespace std::chrono_literals;

/// What a process that is killed loses, at most.
constexpr auto kPatience = 250ms;
/// Numbers for processes whose own is taken: above those of Linux (PID_MAX_LIMIT).
constexpr int kFirstFreeProcess = 1 << 22;

Event naming(std::string_view what, Place place, std::string_view argument, std::string_view name)
{
    Event event{what, "__metadata", 'M', place, {}};
    event.text(argument, name);
    event.end();
    return event;
}

/// How each of these files begins.
std::string file_start()
{
    Event first{kFirstEvent, "__metadata", 'M', {}, {}};
    first.number("version", kVersion).end();
    return std::string{kFileStart}.append(first.line()).append(kLineEnd);
}

/// Nothing that somebody wants to keep: an option's value is easily mistaken.
bool may_be_replaced(const std::string& path)
{
    constexpr std::size_t kLooked = 24;  // before the version
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    std::array<char, kLooked> start{};
    const ssize_t got = ::read(file.get(), start.data(), start.size());
    return got == static_cast<ssize_t>(start.size()) && file_start().starts_with({start.data(), start.size()});
}

UniqueFd open_file(const std::string& path)
{
    constexpr mode_t kMode = 0666;
    UniqueFd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, kMode)};
    if (!file) throw Error{"open", errno, path};
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) throw Error{"fstat", errno, path};
    if (!S_ISREG(status.st_mode) || status.st_size == 0) return file;
    if (!may_be_replaced(path)) throw Error{"open", EEXIST, path + ": is there, and is no trace: it is not written over"};
    if (::ftruncate(file.get(), 0) != 0) throw Error{"ftruncate", errno, path};
    return file;
}

}  // namespace

Writer::Writer(const std::string& path, std::string machine) : path_{path}, machine_{std::move(machine)}, file_{open_file(path)}
{
    write(file_start());
}

Writer::~Writer()
{
    try {
        close();
    } catch (const Error&) {  // for who calls close()
    }
}

void Writer::start()
{
    const std::lock_guard lock{mutex_};
    if (thread_.joinable() || closed_) return;
    thread_ = quiet_thread([this] { run(); });
}

void Writer::move_above(int line)
{
    file_.move_above(line);
}

int Writer::add_process(int wanted, std::string_view name, std::string_view engine)
{
    const std::lock_guard lock{mutex_};
    int number = wanted;
    for (int next = kFirstFreeProcess; !processes_.insert(number).second; ++next) number = next;
    // By a track of its own, which is forgotten when it has been written.
    auto track = std::make_shared<Track>(*this, Place{number, number});
    track->add(naming("process_name", track->place(), "name", name));
    track->add(naming("process_labels", track->place(), "labels", engine));
    track->retire();
    tracks_.push_back(std::move(track));
    return number;
}

std::shared_ptr<Track> Writer::add_track(Place place, std::string_view name)
{
    start();
    auto track = std::make_shared<Track>(*this, place);
    rename(*track, name);
    const std::lock_guard lock{mutex_};
    if (closed_) track->give_up();
    tracks_.push_back(track);
    return track;
}

void Writer::rename(Track& track, std::string_view name) const
{
    track.add(naming("thread_name", track.place(), "name", name));
}

void Writer::wake()
{
    const std::lock_guard lock{mutex_};
    much_ = true;
    wake_.notify_one();
}

void Writer::run()
{
    std::unique_lock lock{mutex_};
    while (!over_) {
        wake_.wait_for(lock, kPatience, [this] { return over_ || much_; });
        much_ = false;
        lock.unlock();
        write_tracks();
        lock.lock();
    }
    lock.unlock();
    write_tracks();
    write_end();
}

std::vector<std::shared_ptr<Track>> Writer::tracks()
{
    const std::lock_guard lock{mutex_};
    return tracks_;
}

void Writer::write_tracks()
{
    std::vector<Track*> done;
    for (const auto& track : tracks()) {
        gathered_.clear();
        if (track->take(gathered_)) done.push_back(track.get());
        write(gathered_);
    }
    if (done.empty()) return;
    const std::lock_guard lock{mutex_};
    std::erase_if(tracks_, [&](const auto& track) { return std::ranges::count(done, track.get()) != 0; });
}

void Writer::write(std::string_view text)
{
    while (!text.empty() && error_ == 0) {
        const ssize_t done = ::write(file_.get(), text.data(), text.size());
        if (done > 0)
            text.remove_prefix(static_cast<std::size_t>(done));
        else if (errno != EINTR)
            error_ = errno;
    }
    if (error_ == 0) return;
    for (const auto& track : tracks()) track->give_up();
}

void Writer::write_end()
{
    Event last{kLastEvent, "__metadata", 'M', {}, {}};
    last.time("us", now()).end();
    write(last.line());
    write(kFileEnd);
}

void Writer::close()
{
    start();  // a pipe that nobody reads is a signal to other threads than that
    {
        const std::lock_guard lock{mutex_};
        if (std::exchange(closed_, true)) return;
        over_ = true;
        wake_.notify_one();
    }
    thread_.join();
    for (const auto& track : tracks()) track->give_up();
    file_ = {};
    if (error_ != 0) throw Error{"write", error_, path_};
}

}  // namespace husk::trace
