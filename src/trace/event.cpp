#include "trace/event.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <string>

namespace husk::trace {

namespace {

bool is_plain(char c)
{
    constexpr char kFirst = ' ', kLast = '~';
    return c >= kFirst && c <= kLast && c != '"' && c != '\\';
}

void append(fmt::memory_buffer& to, std::string_view text)
{
    to.append(text.data(), text.data() + text.size());
}

template <typename... Args>
void append(fmt::memory_buffer& to, fmt::format_string<Args...> format, Args&&... args)
{
    fmt::format_to(std::back_inserter(to), format, std::forward<Args>(args)...);
}

/// Microseconds with three places: all digits of a nanosecond.
void append_time(fmt::memory_buffer& to, Time time)
{
    constexpr std::int64_t kThousand = 1000;
    const std::int64_t value = std::max<std::int64_t>(time.count(), 0);
    append(to, "{}.{:03}", value / kThousand, value % kThousand);
}

}  // namespace

void append_quoted(fmt::memory_buffer& to, std::string_view text)
{
    if (std::ranges::all_of(text, is_plain)) {
        to.push_back('"');
        append(to, text);
        to.push_back('"');
        return;
    }
    append(to, nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
}

Event::Event(std::string_view name, std::string_view category, char phase, Place place, Time at)
{
    append(line_, R"({"name":)");
    append_quoted(line_, name);
    append(line_, R"(,"cat":"{}","ph":"{}","pid":{},"tid":{},"ts":)", category, phase, place.process, place.thread);
    append_time(line_, at);
    // Of its track alone: without a scope some viewers draw it over all of them.
    if (phase == 'i') append(line_, R"(,"s":"t")");
}

void Event::key(std::string_view name)
{
    append(line_, R"({}"{}":)", has_arguments_ ? "," : R"(,"args":{)", name);
    has_arguments_ = true;
}

Event& Event::text(std::string_view name, std::string_view value)
{
    key(name);
    append_quoted(line_, value);
    return *this;
}

Event& Event::number(std::string_view name, std::uint64_t value)
{
    key(name);
    append(line_, "{}", value);
    return *this;
}

Event& Event::signed_number(std::string_view name, std::int64_t value)
{
    key(name);
    append(line_, "{}", value);
    return *this;
}

Event& Event::hexadecimal(std::string_view name, std::uint64_t value)
{
    key(name);
    append(line_, R"("{:#x}")", value);
    return *this;
}

Event& Event::time(std::string_view name, Time value)
{
    key(name);
    append_time(line_, value);
    return *this;
}

void Event::lasts(Time duration)
{
    if (has_arguments_) line_.push_back('}');
    has_arguments_ = false;
    append(line_, R"(,"dur":)");
    append_time(line_, duration);
    line_.push_back('}');
}

void Event::end()
{
    if (has_arguments_) line_.push_back('}');
    has_arguments_ = false;
    line_.push_back('}');
}

}  // namespace husk::trace
