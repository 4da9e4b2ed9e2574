// What a fuzzer is linked with instead of libFuzzer, for a compiler that has none: runs every input of a corpus, and then
// variations of them, always the same ones: NAME_fuzzer FOLDER COUNT [SEED]. An input that ends the process is told in hexadecimal,
// for `xxd -r -p`.
#include "fuzz/variations.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sanitizer/common_interface_defs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// What a fuzzer may have or not.
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* count, char*** arguments);
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                                                     unsigned seed);

namespace husk::fuzz {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMost = 8704;  // a multiboot header may be anywhere in the first 8 KiB
constexpr unsigned kSecondsAnInput = 60;

Bytes current;

void tell_input()
{
    fmt::print(stderr, "the input, {} bytes:\n{:02x}\n", current.size(), fmt::join(current, ""));
}

void told(int signal)
{
    if (signal == SIGALRM) fmt::print(stderr, "an input took more than {} seconds\n", kSecondsAnInput);
    tell_input();
    ::_exit(EXIT_FAILURE);
}

void run(const Bytes& input)
{
    current = input;
    ::alarm(kSecondsAnInput);
    LLVMFuzzerTestOneInput(current.data(), current.size());
    ::alarm(0);
}

std::vector<Bytes> read_corpus(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<Bytes> corpus;
    for (const auto& file : files) {
        std::ifstream bytes{file, std::ios::binary};
        corpus.emplace_back(std::istreambuf_iterator<char>{bytes}, std::istreambuf_iterator<char>{});
    }
    return corpus;
}

Bytes variation(hostile::Random& random, const std::vector<Bytes>& corpus)
{
    Bytes input = corpus[random.below(corpus.size())];
    if (LLVMFuzzerCustomMutator != nullptr) {
        input.resize(std::min(input.size(), kMost));
        const std::size_t size = input.size();
        input.resize(kMost);
        input.resize(LLVMFuzzerCustomMutator(input.data(), size, kMost, static_cast<unsigned>(random.next())));
    } else {
        vary(random, input, corpus[random.below(corpus.size())], kMost);
    }
    return input;
}

std::uint64_t number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        fmt::print(stderr, "not a number: {}\n", text);
        std::exit(2);
    }
    return value;
}

}  // namespace
}  // namespace husk::fuzz

/// What a fuzzer's own mutator falls back on.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most)
{
    static husk::hostile::Random random{1};
    std::vector<std::uint8_t> input{data, data + size};
    husk::fuzz::vary(random, input, input, most);
    std::ranges::copy(input, data);
    return input.size();
}

int main(int count, char** arguments)
{
    using namespace husk;
    const std::span words{arguments, static_cast<std::size_t>(count)};
    if (words.size() != 3 && words.size() != 4) {
        fmt::print(stderr, "usage: {} FOLDER COUNT [SEED]\n", words[0]);
        return 2;
    }
    const std::vector<fuzz::Bytes> corpus = fuzz::read_corpus(words[1]);
    const std::uint64_t variations = fuzz::number(words[2]);
    const std::uint64_t seed = words.size() == 4 ? fuzz::number(words[3]) : 1;
    if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&count, &arguments);
    __sanitizer_set_death_callback(fuzz::tell_input);
    for (const int signal : {SIGABRT, SIGALRM}) std::signal(signal, fuzz::told);
    hostile::Random random{seed};
    for (const fuzz::Bytes& input : corpus) fuzz::run(input);
    for (std::uint64_t i = 0; i < variations && !corpus.empty(); ++i) fuzz::run(fuzz::variation(random, corpus));
    fmt::print("lane fuzz: {} inputs, {} variations of them from seed {}\n", corpus.size(), variations, seed);
    return corpus.empty() ? EXIT_FAILURE : EXIT_SUCCESS;
}
