#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::program {

/// What the kernel tells of a descriptor in /proc/…/fdinfo: lines of a name, a colon and what there is to say. proc(5).
class DescriptorInfo {
public:
    explicit DescriptorInfo(std::string text) : text_{std::move(text)} {}
    /// Of the descriptor `fd`, beneath Files::proc_info(). Throws Error.
    static DescriptorInfo of(int proc_info, int fd);

    /// What follows the first "name:", without blanks around it.
    std::optional<std::string_view> value(std::string_view name) const;
    /// The same of all lines of that name.
    std::vector<std::string_view> values(std::string_view name) const;
    std::optional<std::uint64_t> number(std::string_view name, int base) const;

private:
    std::string text_;
};

/// The number that `text` begins with, and `text` without it and the blanks before it.
std::optional<std::uint64_t> take_number(std::string_view& text, int base);
/// Removes `word`, and blanks before it, from the beginning. False if it is not there.
bool take_word(std::string_view& text, std::string_view word);

}  // namespace husk::program
