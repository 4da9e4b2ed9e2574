#include "memory/written_pages.hpp"

#include "base/process_mark.hpp"
#include "base/unique_fd.hpp"

#include <husk/address.hpp>
#include <husk/error.hpp>

#include <fcntl.h>
#include <linux/types.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>

namespace husk {

namespace {

using Runs = std::vector<std::span<std::byte>>;

/// What PAGEMAP_SCAN finds.
struct PageRegion {
    std::uint64_t start, end, categories;
};
constexpr std::uint64_t kIsFile = 1u << 2, kIsPresent = 1u << 3, kIsSwapped = 1u << 4, kIsZero = 1u << 5;

/// One word a page, where there is no PAGEMAP_SCAN: "pagemap" in the same document.
constexpr std::uint64_t kPagePresent = std::uint64_t{1} << 63, kPageSwapped = std::uint64_t{1} << 62,
                        kPageOfFile = std::uint64_t{1} << 61;

std::uint64_t address_of(std::span<std::byte> memory)
{
    return reinterpret_cast<std::uintptr_t>(memory.data());
}

/// Joins with the run before if there is nothing between.
void add(Runs& runs, std::span<std::byte> run)
{
    if (!runs.empty() && runs.back().data() + runs.back().size() == run.data())
        runs.back() = {runs.back().data(), runs.back().size() + run.size()};
    else
        runs.push_back(run);
}

enum class Wanted : std::uint8_t { Own, Present };

/// False if this kernel does not know the request.
bool scan(int pagemap, std::span<std::byte> memory, Wanted wanted, Runs& runs)
{
    const std::uint64_t unwanted = wanted == Wanted::Own ? kIsFile | kIsZero : kIsZero;
    const std::uint64_t begin = address_of(memory);
    const std::uint64_t end = begin + memory.size();
    std::array<PageRegion, 64> found;
    for (std::uint64_t at = begin; at < end;) {
        PagemapScan scan{.size = sizeof scan,
                         .flags = 0,
                         .start = at,
                         .end = end,
                         .walk_end = 0,
                         .vec = reinterpret_cast<std::uintptr_t>(found.data()),
                         .vec_len = found.size(),
                         .max_pages = 0,
                         .category_inverted = unwanted,
                         .category_mask = unwanted,
                         .category_anyof_mask = kIsPresent | kIsSwapped,
                         .return_mask = kIsPresent};
        const int count = ::ioctl(pagemap, kPagemapScan, &scan);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && (errno == ENOTTY || errno == EINVAL)) return false;
        if (count < 0) throw Error{"PAGEMAP_SCAN", errno};
        for (const PageRegion& region : std::span{found}.first(static_cast<std::size_t>(count)))
            add(runs, memory.subspan(region.start - begin, region.end - region.start));
        at = scan.walk_end;
    }
    return true;
}

void read_words(int pagemap, std::span<std::byte> memory, Wanted wanted, Runs& runs)
{
    const std::uint64_t unwanted = wanted == Wanted::Own ? kPageOfFile : 0;
    constexpr std::size_t kWords = 4096;
    std::vector<std::uint64_t> words(kWords);
    const std::uint64_t first = address_of(memory) / kPageSize;
    const std::uint64_t pages = memory.size() / kPageSize;
    for (std::uint64_t page = 0; page < pages;) {
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(kWords, pages - page)) * sizeof words[0];
        const auto got = ::pread(pagemap, words.data(), most, static_cast<off_t>((first + page) * sizeof words[0]));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw Error{"read of /proc/self/pagemap", got < 0 ? errno : EIO};
        const auto count = static_cast<std::size_t>(got) / sizeof words[0];
        for (std::size_t i = 0; i < count; ++i)
            if ((words[i] & (kPagePresent | kPageSwapped)) != 0 && (words[i] & unwanted) == 0)
                add(runs, memory.subspan((page + i) * kPageSize, kPageSize));
        page += count;
    }
}

Runs pages(std::span<std::byte> memory, int pagemap, Wanted wanted)
{
    Runs runs;
    if (!scan(pagemap, memory, wanted, runs)) read_words(pagemap, memory, wanted, runs);
    return runs;
}

/// Kept open by each thread, for to open it costs more than all else. But after a fork it is still the parent's memory that it
/// tells of, and a thread that parts from its process's descriptors may find another file under the number.
class KeptPagemap {
public:
    KeptPagemap() = default;
    ~KeptPagemap()
    {
        if (!is_there()) (void)fd_.release();
    }
    KeptPagemap(const KeptPagemap&) = delete;
    KeptPagemap& operator=(const KeptPagemap&) = delete;

    int get()
    {
        const bool there = is_there();
        if (there && process_ == process_mark()) return fd_.get();
        if (!there) (void)fd_.release();
        fd_ = open_pagemap();
        move_away();
        process_ = process_mark();
        if (::fstat(fd_.get(), &status_) != 0) throw Error{"fstat of /proc/self/pagemap", errno};
        return fd_.get();
    }

private:
    bool is_there() const
    {
        struct stat now {};
        return fd_ && ::fstat(fd_.get(), &now) == 0 && now.st_ino == status_.st_ino && now.st_dev == status_.st_dev;
    }
    /// Out of the way of a program's numbers, if there is room.
    void move_away()
    {
        constexpr rlim_t kFromEnd = 64;
        rlimit limit{};
        if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= kFromEnd) return;
        const auto lowest = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, INT_MAX) - kFromEnd);
        if (UniqueFd high{::fcntl(fd_.get(), F_DUPFD_CLOEXEC, lowest)}; high) fd_ = std::move(high);
    }

    UniqueFd fd_;
    std::uint64_t process_ = 0;
    struct stat status_ {};
};

}  // namespace

int kept_pagemap()
{
    thread_local KeptPagemap pagemap;
    return pagemap.get();
}

std::vector<std::span<std::byte>> written_pages(std::span<std::byte> memory)
{
    return written_pages(memory, kept_pagemap());
}

std::vector<std::span<std::byte>> written_pages(std::span<std::byte> memory, int pagemap)
{
    return pages(memory, pagemap, Wanted::Own);
}

std::vector<std::span<std::byte>> present_pages(std::span<std::byte> memory, int pagemap)
{
    return pages(memory, pagemap, Wanted::Present);
}

UniqueFd open_pagemap()
{
    UniqueFd pagemap{::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)};
    if (!pagemap) throw Error{"open of /proc/self/pagemap", errno};
    return pagemap;
}

}  // namespace husk
