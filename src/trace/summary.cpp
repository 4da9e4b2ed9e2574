#include "trace/summary.hpp"

#include <algorithm>
#include <utility>

namespace husk::trace {

namespace {

constexpr std::size_t kMostRows = std::size_t{1} << 16;
constexpr auto kOthers = "(others)";

/// The row of a key, or of all that there is no room for.
template <typename Key, typename Value>
Value& row(std::map<Key, Value>& rows, const Key& key, const Key& others)
{
    return rows.size() < kMostRows || rows.contains(key) ? rows[key] : rows[others];
}

/// A file may say that it took as long as it likes, as often as it likes: sums end here, half of what two of them may come to.
constexpr Time kMostTime = Time::max() / 4;
void add_time(Time& sum, Time more)
{
    sum = more > kMostTime - sum ? kMostTime : sum + more;
}

void count(Row& row, const ParsedEvent& event, Time guest)
{
    ++row.count;
    add_time(row.total, event.duration);
    row.longest = std::max(row.longest, event.duration);
    add_time(row.guest, guest);
    row.errors += event.failed ? 1 : 0;
}

std::string place_of(const ParsedEvent& event)
{
    if (!event.symbol.empty()) return event.symbol;
    return event.rip.empty() ? "(unknown)" : event.rip;
}

}  // namespace

ThreadSummary& Summary::thread_of(const ParsedEvent& event)
{
    return row(threads, std::pair{event.place.process, event.place.thread}, std::pair{0, 0});
}

void Summary::name_something(const ParsedEvent& event)
{
    if (event.name == "process_name") row(processes, event.place.process, 0).name = event.given_name;
    if (event.name == "process_labels") row(processes, event.place.process, 0).engine = event.labels;
    if (event.name == "thread_name") thread_of(event).name = event.given_name;
}

void Summary::add(const ParsedEvent& event)
{
    if (event.phase == 'M') return name_something(event);
    ++events;
    end = std::max(end, event.at + event.duration);
    if (event.category == "guest") {
        add_time(thread_of(event).guest, event.duration);
        add_time(guest, event.duration);
        add_time(row(ran_, std::pair{event.place.process, event.place.thread}, std::pair{0, 0}), event.duration);
    } else if (event.category == "exit") {
        add_exit(event);
    } else if (event.category == "syscall") {
        ++thread_of(event).calls;
        count(row<std::string>(calls, event.name, kOthers), event, {});
    } else {
        ++row<std::string>(happenings, event.name, kOthers);
    }
}

void Summary::add_exit(const ParsedEvent& event)
{
    ThreadSummary& thread = thread_of(event);
    ++thread.exits;
    add_time(thread.host, event.duration);
    add_time(host, event.duration);
    const Time before = std::exchange(row(ran_, std::pair{event.place.process, event.place.thread}, std::pair{0, 0}), Time{});
    count(row<std::string>(causes, event.name, kOthers), event, before);
    const std::string& cause = event.call.empty() ? event.name : event.call;
    count(row<Where>(places, {place_of(event), cause}, {kOthers, ""}), event, before);
}

template <typename Key>
std::vector<std::pair<Key, Row>> sorted(const std::map<Key, Row>& rows)
{
    std::vector<std::pair<Key, Row>> all{rows.begin(), rows.end()};
    std::ranges::stable_sort(all, [](const auto& left, const auto& right) {
        return std::pair{left.second.total, left.second.count} > std::pair{right.second.total, right.second.count};
    });
    return all;
}

template std::vector<std::pair<std::string, Row>> sorted(const std::map<std::string, Row>&);
template std::vector<std::pair<Summary::Where, Row>> sorted(const std::map<Summary::Where, Row>&);

}  // namespace husk::trace
