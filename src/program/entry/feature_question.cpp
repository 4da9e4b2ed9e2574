#include "program/entry/feature_question.hpp"

#include "program/entry/layout.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace husk::program::entry {

namespace {

template <std::size_t... sizes>
constexpr auto joined(const std::array<std::uint8_t, sizes>&... pieces)
{
    std::array<std::uint8_t, (sizes + ...)> all{};
    auto to = all.begin();
    ((to = std::ranges::copy(pieces, to).out), ...);
    return all;
}

/// mov ecx, subleaf; mov eax, leaf; cpuid
constexpr auto ask(std::uint32_t leaf, std::uint8_t subleaf = 0)
{
    constexpr unsigned kByteBits = 8;
    const auto byte = [&](unsigned index) { return static_cast<std::uint8_t>(leaf >> index * kByteBits); };
    return std::to_array<std::uint8_t>({0xB9, subleaf, 0, 0, 0, 0xB8, byte(0), byte(1), byte(2), byte(3), 0x0F, 0xA2});
}

template <typename... Bytes>
constexpr auto code(Bytes... bytes)
{
    return std::array{static_cast<std::uint8_t>(bytes)...};
}

constexpr auto kQuestion = joined(                                                   //
    ask(1), code(0x41, 0x89, 0xC8), code(0x41, 0x89, 0xD1),                          // mov r8d, ecx; mov r9d, edx
    ask(7), code(0x41, 0x89, 0xDA), code(0x41, 0x89, 0xCB), code(0x41, 0x89, 0xD4),  // mov r10d, ebx; mov r11d, ecx; mov r12d, edx
    ask(7, 1), code(0x41, 0x89, 0xC5),                                               // mov r13d, eax
    ask(0xD, 1), code(0x41, 0x89, 0xC6),                                             // mov r14d, eax
    ask(0x8000'0001), code(0x41, 0x89, 0xCF), code(0x89, 0xD6),                      // mov r15d, ecx; mov esi, edx
    ask(0x8000'0000), code(0x89, 0xC7),  // mov edi, eax: the last of the extended leaves
    ask(0), code(0x89, 0xC5),            // mov ebp, eax: the last of the others
    code(0x0F, 0x0B));                   // ud2
static_assert(kQuestion.size() <= kCallStubSize);

/// Where the answers are, in the order of x86::kFeatureWords.
constexpr std::array kAnswers{&x86::Registers::r8,  &x86::Registers::r9,  &x86::Registers::r10,
                              &x86::Registers::r11, &x86::Registers::r12, &x86::Registers::r13,
                              &x86::Registers::r14, &x86::Registers::r15, &x86::Registers::rsi};
static_assert(kAnswers.size() == x86::kFeatureWords.size());

}  // namespace

std::span<const std::uint8_t> feature_question()
{
    return kQuestion;
}

x86::CpuFeatures feature_answer(const x86::Registers& registers)
{
    constexpr std::uint32_t kExtended = 0x8000'0000;
    x86::CpuFeatures features;
    for (std::size_t i = 0; i < kAnswers.size(); ++i) {
        const std::uint32_t leaf = x86::kFeatureWords[i].leaf;
        // Beyond the last a processor answers what it likes.
        if (leaf <= static_cast<std::uint32_t>(leaf < kExtended ? registers.rbp : registers.rdi))
            features.words[i] = static_cast<std::uint32_t>(registers.*kAnswers[i]);
    }
    return features;
}

}  // namespace husk::program::entry
