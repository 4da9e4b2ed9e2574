#include "program/frozen/descriptor_info.hpp"

#include "base/unique_fd.hpp"
#include "program/files/own_fd.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace husk::program {

namespace {

std::string_view without_blanks(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

DescriptorInfo DescriptorInfo::of(int proc_info, int fd)
{
    constexpr std::size_t kPiece = 4096;
    const Result opened = open_beneath(proc_info, beneath_proc(fd).c_str(), O_RDONLY | O_CLOEXEC, kNoLinks);
    if (failed(opened)) throw Error{"openat2", static_cast<int>(-opened), "/proc/thread-self/fdinfo/" + std::to_string(fd)};
    const UniqueFd file{static_cast<int>(opened)};
    std::string text;
    for (std::array<char, kPiece> piece{};;) {
        const Result got = host_call(SYS_read, file.get(), piece.data(), piece.size());
        if (failed(got)) throw Error{"read", static_cast<int>(-got), "/proc/thread-self/fdinfo/" + std::to_string(fd)};
        if (got == 0) return DescriptorInfo{std::move(text)};
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
}

std::vector<std::string_view> DescriptorInfo::values(std::string_view name) const
{
    std::vector<std::string_view> all;
    for (std::string_view rest = text_; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.starts_with(name) && line.substr(name.size()).starts_with(':'))
            all.push_back(without_blanks(line.substr(name.size() + 1)));
    }
    return all;
}

std::optional<std::string_view> DescriptorInfo::value(std::string_view name) const
{
    const auto all = values(name);
    return all.empty() ? std::nullopt : std::optional{all.front()};
}

std::optional<std::uint64_t> DescriptorInfo::number(std::string_view name, int base) const
{
    auto text = value(name);
    return text ? take_number(*text, base) : std::nullopt;
}

std::optional<std::uint64_t> take_number(std::string_view& text, int base)
{
    text = without_blanks(text);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take_word(std::string_view& text, std::string_view word)
{
    text = without_blanks(text);
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

}  // namespace husk::program
