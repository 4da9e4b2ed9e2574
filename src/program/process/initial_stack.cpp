#include "program/process/initial_stack.hpp"

#include <sys/auxv.h>

#include <elf.h>
#include <cstring>

namespace husk::program {

namespace {

/// Strings and such, laid out upwards; they end at the top.
class Upper {
public:
    std::uint64_t add(std::span<const std::byte> bytes)
    {
        const std::uint64_t at = bytes_.size();
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return at;
    }
    std::uint64_t add(const std::string& text) { return add(std::as_bytes(std::span{text.c_str(), text.size() + 1})); }
    std::uint64_t size() const { return bytes_.size(); }
    const std::vector<std::byte>& bytes() const { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

std::vector<std::uint64_t> add_all(Upper& upper, const std::vector<std::string>& texts)
{
    std::vector<std::uint64_t> places;
    places.reserve(texts.size());
    for (const auto& text : texts) places.push_back(upper.add(text));
    return places;
}

constexpr std::uint64_t kStackAlignment = 16;

}  // namespace

StackImage build_stack(const InitialStack& what, std::uint64_t top)
{
    Upper upper;
    const std::uint64_t random = upper.add(std::span{what.random});
    const std::uint64_t platform = upper.add(std::string{"x86_64"});
    const std::uint64_t arguments_begin = upper.size();
    const auto arguments = add_all(upper, what.arguments);
    const std::uint64_t environment_begin = upper.size();
    const auto environment = add_all(upper, what.environment);
    const std::uint64_t environment_end = upper.size();
    const std::uint64_t executable = upper.add(what.executable);
    const std::uint64_t base = (top - upper.size()) / kStackAlignment * kStackAlignment;

    std::vector<std::uint64_t> words{arguments.size()};
    for (const std::uint64_t at : arguments) words.push_back(base + at);
    words.push_back(0);
    for (const std::uint64_t at : environment) words.push_back(base + at);
    words.push_back(0);
    const std::size_t auxiliary_at = words.size();
    auto auxiliary = what.auxiliary;
    auxiliary.insert(auxiliary.end(),
                     {{AT_RANDOM, base + random}, {AT_PLATFORM, base + platform}, {AT_EXECFN, base + executable}, {AT_NULL, 0}});
    for (const auto& [type, value] : auxiliary) words.insert(words.end(), {type, value});

    StackImage image;
    const std::uint64_t words_size = words.size() * sizeof(std::uint64_t);
    image.pointer = (base - words_size) / kStackAlignment * kStackAlignment;
    image.bytes.resize(top - image.pointer);
    std::memcpy(image.bytes.data(), words.data(), words_size);
    std::memcpy(image.bytes.data() + (base - image.pointer), upper.bytes().data(), upper.size());
    image.arguments_begin = base + arguments_begin;
    image.arguments_end = image.environment_begin = base + environment_begin;
    image.environment_end = base + environment_end;
    const auto all_words = std::as_bytes(std::span{words}.subspan(auxiliary_at));
    image.auxiliary.assign(all_words.begin(), all_words.end());
    return image;
}

std::optional<std::uint64_t> auxiliary_value(std::span<const std::byte> vector, std::uint64_t type)
{
    std::array<std::uint64_t, 2> entry{};
    for (; vector.size() >= sizeof entry; vector = vector.subspan(sizeof entry)) {
        std::memcpy(entry.data(), vector.data(), sizeof entry);
        if (entry[0] == type) return entry[1];
    }
    return std::nullopt;
}

}  // namespace husk::program
