#include "frozen/file.hpp"

#include "base/file_bytes.hpp"
#include "base/unique_fd.hpp"
#include "frozen/draft.hpp"
#include "frozen/format.hpp"
#include "frozen/packed_memory.hpp"
#include "memory/copy_memory.hpp"
#include "memory/regions.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace husk::frozen {

namespace {

constexpr std::string_view kWrite = "write of a frozen file";

tl::unexpected<FrozenError> bad(std::string field, std::string problem)
{
    return tl::unexpected{FrozenError{std::move(field), std::nullopt, std::move(problem)}};
}

tl::unexpected<FrozenError> refused(std::string_view call, int error)
{
    return bad("", fmt::format("{}: {}", call, std::generic_category().message(error)));
}

tl::expected<void, FrozenError> check_regions(const std::vector<MemoryRegion>& regions, const Header& header)
{
    if (regions.empty()) return bad("memory", "has no regions");
    try {
        if (checked_regions(regions) != regions) return bad("memory", "its regions do not rise");
    } catch (const std::invalid_argument& error) {
        return bad("memory", error.what());
    }
    std::uint64_t left = header.memory_size;
    for (const auto& region : regions) {
        if (region.size > left)
            return bad("memory", fmt::format("its regions take more than the {:#x} bytes that there are", header.memory_size));
        left -= region.size;
    }
    if (left != 0) return bad("memory", fmt::format("{:#x} bytes belong to no region", left));
    return {};
}

}  // namespace

tl::expected<FrozenFile, FrozenError> FrozenFile::open(const std::filesystem::path& path)
{
    // Not O_NONBLOCK's business only: a FIFO would wait, a device may act.
    UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!fd) return refused("open", errno);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return refused("fstat", errno);
    if (S_ISDIR(status.st_mode)) return refused("open", EISDIR);
    if (!S_ISREG(status.st_mode)) return bad("", "not a regular file");

    // No more than this is to be read ahead: behind it is memory, which is read where it is touched, by the large page if it can
    // be.
    ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_RANDOM);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    HeaderBytes start{};
    const auto head = std::span{start}.first(static_cast<std::size_t>(std::min<std::uint64_t>(size, start.size())));
    read_exactly(fd.get(), 0, head, "read of a frozen file");
    const auto header = decode(head, size);
    if (!header) return tl::unexpected{header.error()};
    std::string text(static_cast<std::size_t>(header->metadata_size), '\0');
    read_exactly(fd.get(), header->metadata_offset, std::as_writable_bytes(std::span{text}), "read of a frozen file");
    ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_NORMAL);
    if (auto good = verify(*header, text); !good) return tl::unexpected{std::move(good.error())};
    return FrozenFile{std::move(fd), *header, std::move(text)};
}

tl::expected<std::shared_ptr<const MemoryImage>, FrozenError> FrozenFile::memory(const std::vector<MemoryRegion>& regions)
{
    if (auto good = check_regions(regions, header_); !good) return tl::unexpected{std::move(good.error())};
    if (header_.compressed) return unpack(fd_.get(), header_.memory_offset, header_.file_size, regions);
    return std::make_shared<const MemoryImage>(fd_.release(), header_.memory_offset, regions);
}

void save(const std::filesystem::path& path, std::string_view metadata, const MemoryImage& memory, SaveOptions options)
{
    Draft draft{path};
    const std::uint64_t size = total_size(memory.regions());
    const std::uint64_t packed = options.compress ? pack(memory, draft.fd(), kHeaderSize + metadata.size()) : 0;
    const Header header = options.compress ? lay_out_compressed(metadata, size, packed)
                                           : lay_out(metadata, size, memory.regions().front().base.value);
    const HeaderBytes bytes = encode(header);
    write_exactly(draft.fd(), 0, bytes, kWrite);
    write_exactly(draft.fd(), header.metadata_offset, std::as_bytes(std::span{metadata}), kWrite);
    if (!options.compress) {
        if (::ftruncate(draft.fd(), static_cast<off_t>(header.file_size)) != 0) throw Error{kWrite, errno};
        copy_image(memory, draft.fd(), header.memory_offset);
    }
    draft.publish();
}

}  // namespace husk::frozen
