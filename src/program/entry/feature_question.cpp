#include "program/entry/feature_question.hpp"

#include "program/entry/layout.hpp"

#include <array>
#include <cstddef>

namespace husk::program::entry {

namespace {

constexpr auto kQuestion = std::to_array<std::uint8_t>({
    0x31, 0xC9,  // xor ecx, ecx
    0xB8, 0x01, 0x00, 0x00,
    0x00,        // mov eax, 1
    0x0F, 0xA2,  // cpuid
    0x41, 0x89,
    0xC8,  // mov r8d, ecx
    0x41, 0x89,
    0xD1,        // mov r9d, edx
    0x31, 0xC9,  // xor ecx, ecx
    0xB8, 0x07, 0x00, 0x00,
    0x00,        // mov eax, 7
    0x0F, 0xA2,  // cpuid
    0x41, 0x89,
    0xDA,  // mov r10d, ebx
    0x41, 0x89,
    0xCB,  // mov r11d, ecx
    0x41, 0x89,
    0xD4,  // mov r12d, edx
    0xB9, 0x01, 0x00, 0x00,
    0x00,  // mov ecx, 1
    0xB8, 0x07, 0x00, 0x00,
    0x00,        // mov eax, 7
    0x0F, 0xA2,  // cpuid
    0x41, 0x89,
    0xC5,  // mov r13d, eax
    0xB9, 0x01, 0x00, 0x00,
    0x00,  // mov ecx, 1
    0xB8, 0x0D, 0x00, 0x00,
    0x00,        // mov eax, 0xD
    0x0F, 0xA2,  // cpuid
    0x41, 0x89,
    0xC6,  // mov r14d, eax
    0xB8, 0x01, 0x00, 0x00,
    0x80,        // mov eax, 0x80000001
    0x0F, 0xA2,  // cpuid
    0x41, 0x89,
    0xCF,        // mov r15d, ecx
    0x89, 0xD6,  // mov esi, edx
    0xB8, 0x00, 0x00, 0x00,
    0x80,        // mov eax, 0x80000000
    0x0F, 0xA2,  // cpuid
    0x89, 0xC7,  // mov edi, eax: the last of the extended leaves
    0x31, 0xC0,  // xor eax, eax
    0x0F, 0xA2,  // cpuid
    0x89, 0xC5,  // mov ebp, eax: the last of the others
    0x0F, 0x0B,  // ud2
});
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
