#pragma once

#include "frozen/metadata.hpp"

#include <filesystem>
#include <memory>

namespace husk::frozen {

/// What a file holds: its memory is still in it.
struct Opened {
    Description description;
    std::shared_ptr<const MemoryImage> memory;
};

tl::expected<Opened, FrozenError> open(const std::filesystem::path& path);

/// Throws Error. `path` then is what it was.
void save(const std::filesystem::path& path, const Description& description, const MemoryImage& memory);

}  // namespace husk::frozen
