#pragma once

#include "trace/parsed_event.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace husk::trace {

/// Events of one kind, taken together.
struct Row {
    std::uint64_t count = 0;
    Time total{};    ///< what they took, in the host
    Time longest{};  ///< of them
    Time guest{};    ///< exits: how long the guest had run before them
    std::uint64_t errors = 0;  ///< system calls that failed

    Time mean() const { return count == 0 ? Time{} : Time{total.count() / static_cast<std::int64_t>(count)}; }
};

/// A guest in the file.
struct ProcessSummary {
    std::string name, engine;
};

/// A virtual processor, or a guest's thread.
struct ThreadSummary {
    std::string name;
    Time guest{}, host{};
    std::uint64_t exits = 0, calls = 0;
};

/// What a trace says, taken together. What is added without bound takes memory up to a bound: rows beyond it count as one.
class Summary {
public:
    /// Where an exit was, and its cause.
    using Where = std::pair<std::string, std::string>;

    void add(const ParsedEvent& event);

    std::map<int, ProcessSummary> processes;
    std::map<std::pair<int, int>, ThreadSummary> threads;  ///< by process and thread
    std::map<std::string, Row> causes;                     ///< of exits
    std::map<Where, Row> places;                           ///< of exits
    std::map<std::string, Row> calls;                      ///< system calls by name
    std::map<std::string, std::uint64_t> happenings;       ///< signals, ends of threads and of guests
    Time guest{}, host{};                                  ///< of all threads together
    Time end{};                                            ///< of the last event
    std::uint64_t events = 0;                              ///< but for those that name something

private:
    void name_something(const ParsedEvent& event);
    void add_exit(const ParsedEvent& event);
    ThreadSummary& thread_of(const ParsedEvent& event);

    std::map<std::pair<int, int>, Time> ran_;  ///< what a thread has run of the guest since its last exit
};

/// The rows of a table, those that took most time first, of equal ones those that came most often.
template <typename Key>
std::vector<std::pair<Key, Row>> sorted(const std::map<Key, Row>& rows);

extern template std::vector<std::pair<std::string, Row>> sorted(const std::map<std::string, Row>&);
extern template std::vector<std::pair<Summary::Where, Row>> sorted(const std::map<Summary::Where, Row>&);

}  // namespace husk::trace
