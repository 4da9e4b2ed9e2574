#include "program/trace/call_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "program/abi/errors.hpp"
#include "program/trace/result.hpp"
#include "program/trace/structures.hpp"
#include "program/trace/text.hpp"
#include "program/trace/values.hpp"
#include "program/trace/waits.hpp"

namespace husk::program {
namespace {

/// Of a number that has no name: every argument there could be.
Signature unknown_signature()
{
    static constexpr Argument kHex{Kind::Hex, "", Names::None, Shape::None, kNoLength};
    static constexpr std::array<Argument, kMostArguments> kAll{kHex, kHex, kHex, kHex, kHex, kHex};
    return {kAll, Returns::Decimal};
}

Signature signature_of(std::uint64_t number, const Values& values)
{
    const SystemCall* const call = find_call(number);
    return call == nullptr ? unknown_signature() : signature(*call, values);
}

bool is_environment(const Argument& argument)
{
    return argument.shape == Shape::TextArray && argument.name == "envp";
}

/// "0x7f… /* 12 vars */".
std::string format_environment(const Look& look, std::uint64_t at)
{
    constexpr std::size_t kMost = 4096;
    std::size_t count = 0;
    for (; count < kMost; ++count) {
        const auto text = read_as<std::uint64_t>(look.read, at + count * sizeof(std::uint64_t));
        if (!text) return address(at);
        if (*text == 0) break;
    }
    return fmt::format("{:#x} /* {}{} vars */", at, count == kMost ? "at least " : "", count);
}

/// A number that the call may change where it is.
bool is_updated(const Argument& argument)
{
    const bool number = argument.shape == Shape::Int || argument.shape == Shape::Unsigned || argument.shape == Shape::Long;
    return argument.kind == Kind::InOutStruct && number;
}

/// True of an argument of which something is told only after the call.
bool is_told_after(const Argument& argument)
{
    const bool found_out = argument.kind == Kind::InOutStruct && argument.shape == Shape::FoundLock;
    return is_output(argument.kind) || is_updated(argument) || found_out || argument.shape == Shape::CloneArguments;
}

/// What poll and select say behind their result: what is ready, and the time that was left.
std::string found(const Look& look, const Signature& signature, const Values& values, std::int64_t result)
{
    if (is_error(result)) return {};
    static constexpr std::array<std::string_view, kMostArguments> kSets{"", "in ", "out ", "except ", "", ""};
    std::string text;
    bool waits = false;
    for (std::size_t i = 0; i < signature.arguments.size(); ++i) {
        const Argument& argument = signature.arguments[i];
        const bool ready = argument.shape == Shape::PollFds || argument.shape == Shape::FdSet;
        waits = waits || ready;
        const bool left = waits && argument.kind == Kind::InOutStruct && !ready;
        if ((!ready && !left) || values[i] == 0 || result == 0) continue;
        const Target target{argument.shape, values[i], ready ? values[argument.length] : 0};
        const Text item = ready ? format_ready(look, target) : format_structure(look, target);
        if (!item || *item == "[]") continue;
        text += (text.empty() ? "" : ", ") +
                std::string{argument.shape == Shape::FdSet ? kSets.at(i)
                            : left                         ? "left "
                                                           : ""} +
                *item;
    }
    if (waits && result == 0) return " (Timeout)";
    return text.empty() ? text : " (" + text + ")";
}

}  // namespace

CallText::CallText(std::uint64_t number, const Values& values, const Reader& read, const Limits& limits)
    : name_{name_of_call(number)}, values_{values}, signature_{signature_of(number, values)}, limits_{limits}
{
    const Look look{read, limits_};
    start_ = name_ + "(";
    bool all_known = true;
    bool first = true;
    for (std::size_t i = 0; i < signature_.arguments.size(); ++i) {
        before_.at(i) = before(look, i);
        if (signature_.arguments[i].kind == Kind::Unused) continue;
        // The comma stands before what is not known yet, as strace has it: "read(3, ".
        if (all_known && !first) start_ += ", ";
        first = false;
        all_known = all_known && !is_told_after(signature_.arguments[i]);
        if (!all_known) continue;
        start_ += before_.at(i);
        told_ = i + 1;
    }
}

std::uint64_t CallText::length_of(const Look& look, const Argument& argument, std::int64_t result) const
{
    if (argument.length == kResultIsLength) return result < 0 ? 0 : static_cast<std::uint64_t>(result);
    if (argument.length == kNoLength) return 0;
    const Argument& length = signature_.arguments[argument.length];
    const std::uint64_t value = values_.at(argument.length);
    if (length.kind == Kind::InOutStruct) return read_as<std::uint32_t>(look.read, value).value_or(0);
    const bool whole = length.kind == Kind::Size || length.kind == Kind::Long;
    return whole ? value : static_cast<std::uint32_t>(value);
}

std::string CallText::before(const Look& look, std::size_t index) const
{
    const Argument& argument = signature_.arguments[index];
    const std::uint64_t value = values_.at(index);
    std::string plain = format_value(argument, value);
    if (value == 0 || is_output(argument.kind)) return plain;
    switch (argument.kind) {
        case Kind::Path: return quote_text(look, value, kLongestPath).value_or(plain);
        case Kind::Text: return quote_text(look, value, limits_.text).value_or(plain);
        case Kind::InBytes: return quote_bytes(look, value, length_of(look, argument, 0)).value_or(plain);
        case Kind::InStruct:
        case Kind::InOutStruct:
            if (is_environment(argument)) return format_environment(look, value);
            return format_structure(look, {argument.shape, value, length_of(look, argument, 0)}).value_or(plain);
        default: return plain;
    }
}

std::string CallText::after(const Look& look, std::size_t index, std::int64_t result) const
{
    const Argument& argument = signature_.arguments[index];
    const std::uint64_t value = values_.at(index);
    const std::string& was = before_.at(index);
    if (value == 0 || is_error(result)) return was;
    const auto moved = static_cast<std::uint64_t>(result);
    if (argument.kind == Kind::OutBytes)
        return quote_bytes(look, value, length_of(look, argument, result), argument.shape != Shape::Hexadecimal).value_or(was);
    if (argument.kind == Kind::OutStruct)
        return format_structure(look, {argument.shape, value, length_of(look, argument, result), moved}).value_or(was);
    if (argument.shape == Shape::CloneArguments)
        return was + format_child(look, {argument.shape, value, length_of(look, argument, 0)});
    if (argument.shape == Shape::FoundLock) return format_structure(look, {argument.shape, value}).value_or(was);
    if (!is_updated(argument)) return was;
    const std::string now = format_structure(look, {argument.shape, value}).value_or(was);
    // "[110]" and "[2]" become "[110 => 2]".
    return now == was || !was.ends_with(']') ? was
           : argument.shape == Shape::Long   ? was + " => " + now
                                             : was.substr(0, was.size() - 1) + " => " + now.substr(1);
}

std::string CallText::later_arguments(std::int64_t result, const Reader& read) const
{
    const Look look{read, limits_};
    std::string text;
    bool first = true;
    for (std::size_t i = told_; i < signature_.arguments.size(); ++i) {
        if (signature_.arguments[i].kind == Kind::Unused) continue;
        if (!first) text += ", ";
        first = false;
        text += after(look, i, result);
    }
    return text;
}

std::string CallText::arguments(std::int64_t result, const Reader& read) const
{
    return start_.substr(name_.size() + 1) + later_arguments(result, read);
}

std::string CallText::result(std::int64_t result, const Reader& read) const
{
    return format_result(signature_.result, result) + found({read, limits_}, signature_, values_, result);
}

std::string CallText::rest(std::int64_t result, const Reader& read) const
{
    return later_arguments(result, read) + ") = " + this->result(result, read);
}

}  // namespace husk::program
