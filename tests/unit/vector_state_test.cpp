#include "x86/vector_state.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace husk::x86 {
namespace {

constexpr std::uint64_t kStates = kX87State | kSseState | kAvxState;

bool is_sound(const std::vector<std::byte>& image)
{
    return is_sound_vector_state(image, kStates, kDefaultMxcsrMask);
}

TEST(VectorState, AnEmptyAreaIsSound)
{
    EXPECT_TRUE(is_sound(std::vector<std::byte>(VectorState::kLegacySize)));
    EXPECT_TRUE(is_sound(std::vector<std::byte>(4096)));
}

TEST(VectorState, AShortOneIsNot)
{
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{512}, VectorState::kLegacySize - 1})
        EXPECT_FALSE(is_sound(std::vector<std::byte>(size))) << size;
}

TEST(VectorState, WhatAProcessorHasAtResetIsKnown)
{
    constexpr std::uint32_t kMxcsr = 0x1F80;
    std::vector<std::byte> image(VectorState::kLegacySize);
    EXPECT_FALSE(is_initial_vector_state(image)) << "MXCSR masks nothing";
    store_at(image, VectorState::kMxcsr, kMxcsr);
    EXPECT_TRUE(is_initial_vector_state(image));
    store_at(image, VectorState::kHeader, kX87State | kSseState);
    EXPECT_FALSE(is_initial_vector_state(image)) << "x87's control word";
    store_at(image, 0, std::uint16_t{0x37F});
    EXPECT_TRUE(is_initial_vector_state(image));
    for (const std::size_t at :
         {std::size_t{2}, std::size_t{4}, std::size_t{23}, std::size_t{32}, std::size_t{159}, std::size_t{160}, std::size_t{415}}) {
        auto changed = image;
        changed[at] = std::byte{1};
        EXPECT_FALSE(is_initial_vector_state(changed)) << at;
    }
    store_at(image, VectorState::kHeader, kX87State | kSseState | kAvxState);
    EXPECT_FALSE(is_initial_vector_state(image));
    EXPECT_FALSE(is_initial_vector_state(std::span{image}.first(VectorState::kLegacySize - 1)));
}

TEST(VectorState, ReservedBitsOfMxcsrAreRefused)
{
    for (unsigned bit = 0; bit < 32; ++bit) {
        std::vector<std::byte> image(VectorState::kLegacySize);
        store_at(image, VectorState::kMxcsr, 1u << bit);
        EXPECT_EQ(is_sound(image), (kDefaultMxcsrMask >> bit & 1) != 0) << bit;
    }
}

TEST(VectorState, StatesThatAreNotThereAreRefused)
{
    for (unsigned bit = 0; bit < 64; ++bit) {
        std::vector<std::byte> image(VectorState::kLegacySize);
        store_at(image, VectorState::kHeader, 1ull << bit);
        EXPECT_EQ(is_sound(image), bit <= 2) << bit;
    }
}

TEST(VectorState, TheCompactedFormatAndReservedBytesAreRefused)
{
    for (std::size_t at = VectorState::kFormat; at < VectorState::kLegacySize; ++at) {
        std::vector<std::byte> image(VectorState::kLegacySize);
        image[at] = std::byte{1};
        EXPECT_FALSE(is_sound(image)) << at;
    }
}

TEST(VectorState, RegistersMayHoldAnything)
{
    std::vector<std::byte> image(VectorState::kLegacySize, std::byte{0xFF});
    store_at(image, VectorState::kMxcsr, kDefaultMxcsrMask);
    store_at(image, VectorState::kHeader, kStates);
    for (std::size_t at = VectorState::kFormat; at < VectorState::kLegacySize; ++at) image[at] = {};
    EXPECT_TRUE(is_sound(image));
}

}  // namespace
}  // namespace husk::x86
