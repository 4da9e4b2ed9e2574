#include "program/frozen/descriptor.hpp"

#include <fmt/format.h>

namespace husk::program {

namespace {

/// Names come from whoever wrote the file, and go to terminals.
std::string printable(std::string_view name)
{
    constexpr unsigned char kFirst = 0x20, kDelete = 0x7F;
    std::string text;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < kFirst || byte == kDelete)
            text += fmt::format("\\x{:02x}", byte);
        else
            text += c;
    }
    return text;
}

std::string kind(const FrozenDescriptor& descriptor)
{
    if (descriptor.same_as) return fmt::format("a copy of {}", *descriptor.same_as);
    if (descriptor.standard) return fmt::format("the program's standard descriptor {}", *descriptor.standard);
    if (descriptor.file) return printable(descriptor.file->path);
    if (descriptor.pipe) return "a pipe";
    if (descriptor.memory) return fmt::format("the file in memory \"{}\"", printable(descriptor.memory->name));
    if (descriptor.event) return "an eventfd";
    if (descriptor.timer) return "a timerfd";
    if (descriptor.signals) return "a signalfd";
    return descriptor.epoll ? "an epoll instance" : "of no kind";
}

}  // namespace

std::string describe(const FrozenDescriptor& descriptor)
{
    return fmt::format("descriptor {}, {}", descriptor.number, kind(descriptor));
}

}  // namespace husk::program
