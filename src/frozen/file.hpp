#pragma once

#include "base/unique_fd.hpp"
#include "frozen/format.hpp"
#include "frozen/metadata.hpp"

#include <filesystem>
#include <memory>
#include <utility>

namespace husk::frozen {

/// A file whose header and checksum are right. Closes it.
class FrozenFile {
public:
    static tl::expected<FrozenFile, FrozenError> open(const std::filesystem::path& path);
    FrozenFile(FrozenFile&&) = default;
    FrozenFile& operator=(FrozenFile&&) = default;

    const std::string& metadata() const { return metadata_; }
    /// Once, for whoever reads it in place.
    std::string take_metadata() { return std::move(metadata_); }
    /// Its memory, which is read where it is touched; the file goes with it. Once.
    tl::expected<std::shared_ptr<const MemoryImage>, FrozenError> memory(const std::vector<MemoryRegion>& regions);

private:
    FrozenFile(UniqueFd fd, const Header& header, std::string metadata)
        : fd_{std::move(fd)}, header_{header}, metadata_{std::move(metadata)}
    {}

    UniqueFd fd_;
    Header header_;
    std::string metadata_;
};

/// What a file holds: its memory is still in it.
template <typename State>
struct Opened {
    Description<State> description;
    std::shared_ptr<const MemoryImage> memory;
};

template <typename State>
tl::expected<Opened<State>, FrozenError> open(const std::filesystem::path& path, FrozenKind kind)
{
    auto file = FrozenFile::open(path);
    if (!file) return tl::unexpected{std::move(file.error())};
    auto description = from_metadata<State>(file->take_metadata(), kind);
    if (!description) return tl::unexpected{std::move(description.error())};
    auto memory = file->memory(description->regions);
    if (!memory) return tl::unexpected{std::move(memory.error())};
    return Opened<State>{*std::move(description), *std::move(memory)};
}

/// Throws Error. `path` then is what it was.
void save(const std::filesystem::path& path, std::string_view metadata, const MemoryImage& memory, SaveOptions options = {});

}  // namespace husk::frozen
