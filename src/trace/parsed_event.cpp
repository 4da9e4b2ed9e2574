#include "trace/parsed_event.hpp"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace husk::trace {

namespace {

using rapidjson::SizeType;

constexpr double kLongest = 1e15;  ///< microseconds: some thirty years

/// What RapidJSON's reader tells, of an object whose argument object is flat. Each function is one of its handler's: false ends the
/// reading, and `problem` says why.
class Handler {
public:
    ParsedEvent event;
    std::string problem;

    /// The name of a field that is missing; empty if none is.
    std::string_view missing() const
    {
        for (std::size_t i = 0; i < kNeeded.size(); ++i)
            if (!seen_.at(i) && (kNeeded.at(i) != "dur" || event.phase == 'X')) return kNeeded.at(i);
        return {};
    }

    // NOLINTBEGIN(readability-identifier-naming): RapidJSON calls them so
    bool Null() { return other(); }
    bool Bool(bool) { return other(); }
    bool Int(int value) { return number(value); }
    bool Uint(unsigned value) { return number(value); }
    bool Int64(std::int64_t value) { return number(static_cast<double>(value)); }
    bool Uint64(std::uint64_t value) { return number(static_cast<double>(value)); }
    bool Double(double value) { return number(value); }
    bool RawNumber(const char*, SizeType, bool) { return other(); }
    bool String(const char* text, SizeType size, bool) { return depth_ == 2 ? argument({text, size}) : field({text, size}); }
    bool Key(const char* text, SizeType size, bool)
    {
        key_.assign(text, size);
        return true;
    }
    bool StartObject()
    {
        if (depth_ == 1 && key_ != "args") return refuse("is an object");
        return ++depth_ <= 2 || refuse("is an object within the arguments");
    }
    bool EndObject(SizeType)
    {
        --depth_;
        return true;
    }
    bool StartArray() { return depth_ == 0 ? refuse_event("it is an array") : refuse("is an array"); }
    bool EndArray(SizeType) { return true; }
    // NOLINTEND(readability-identifier-naming)

private:
    static constexpr std::array<std::string_view, 6> kNeeded{"name", "ph", "pid", "tid", "ts", "dur"};

    bool refuse_event(std::string why)
    {
        problem = std::move(why);
        return false;
    }
    bool refuse(std::string_view why) { return refuse_event(fmt::format("'{}' {}", key_, why)); }
    /// Twice would be two opinions.
    bool note()
    {
        for (std::size_t i = 0; i < kNeeded.size(); ++i)
            if (kNeeded.at(i) == key_ && std::exchange(seen_.at(i), true)) return refuse("is there twice");
        return true;
    }
    bool is_number_field() const { return key_ == "pid" || key_ == "tid" || key_ == "ts" || key_ == "dur"; }

    bool other()
    {
        if (depth_ == 0) return refuse_event("it is no object");
        return depth_ == 2 || refuse("is neither text nor a number");
    }

    bool field(std::string_view text)
    {
        if (depth_ == 0) return refuse_event("it is no object");
        if (is_number_field()) return refuse("is no number");
        if (key_ == "name") event.name = text;
        if (key_ == "cat") event.category = text;
        if (key_ == "ph") {
            if (text != "X" && text != "i" && text != "M") return refuse(fmt::format("is '{}', not X, i or M", text));
            event.phase = text.front();
        }
        return note();
    }

    bool argument(std::string_view text)
    {
        static constexpr std::array<std::pair<std::string_view, std::string ParsedEvent::*>, 6> kTexts{
            {{"kind", &ParsedEvent::kind},
             {"symbol", &ParsedEvent::symbol},
             {"rip", &ParsedEvent::rip},
             {"call", &ParsedEvent::call},
             {"name", &ParsedEvent::given_name},
             {"labels", &ParsedEvent::labels}}};
        for (const auto& [name, member] : kTexts)
            if (key_ == name) event.*member = text;
        return true;
    }

    bool number(double value)
    {
        if (depth_ == 0) return refuse_event("it is no object");
        if (depth_ == 2) {
            if (key_ == "errno") event.failed = true;
            if (key_ == "version" && value >= 0 && value < kLongest) event.version = static_cast<std::uint64_t>(value);
            return true;
        }
        if (key_ == "name" || key_ == "ph" || key_ == "cat") return refuse("is no text");
        if (key_ == "ts" || key_ == "dur") {
            if (!(value >= 0 && value <= kLongest)) return refuse(fmt::format("is {}, no time", value));
            (key_ == "ts" ? event.at : event.duration) = Time{std::llround(value * 1000)};
        }
        if (key_ == "pid" || key_ == "tid") {
            if (value != std::floor(value) || std::abs(value) > std::numeric_limits<int>::max())
                return refuse(fmt::format("is {}, no number of a process or thread", value));
            (key_ == "pid" ? event.place.process : event.place.thread) = static_cast<int>(value);
        }
        return note();
    }

    std::string key_;
    unsigned depth_ = 0;
    std::array<bool, kNeeded.size()> seen_{};
};

}  // namespace

tl::expected<ParsedEvent, std::string> parse_event(std::string_view line)
{
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
    // Which RapidJSON would take for its end.
    if (const auto zero = line.find('\0'); zero != std::string_view::npos)
        return tl::unexpected{fmt::format("column {}: no JSON: a zero byte", zero + 1)};
    rapidjson::MemoryStream stream{line.data(), line.size()};
    rapidjson::Reader reader;
    Handler handler;
    const auto done = reader.Parse<kFlags>(stream, handler);
    if (!handler.problem.empty()) return tl::unexpected{handler.problem};
    if (done.IsError())
        return tl::unexpected{
            fmt::format("column {}: no JSON: {}", done.Offset() + 1, rapidjson::GetParseError_En(done.Code()))};
    if (const auto name = handler.missing(); !name.empty()) return tl::unexpected{fmt::format("'{}' is missing", name)};
    return std::move(handler.event);
}

}  // namespace husk::trace
