#include "base/process_mark.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>

namespace husk {

namespace {

using Word = std::atomic<std::uint64_t>;

/// Alone on a page that is zero again in a child, however that was forked: pthread_atfork() would miss those that are made by
/// clone(). Nothing: this kernel has no such pages.
Word* wiped_on_fork() noexcept
{
    const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* const page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return nullptr;
    if (::madvise(page, size, MADV_WIPEONFORK) == 0) return new (page) Word{0};
    ::munmap(page, size);
    return nullptr;
}

}  // namespace

std::uint64_t process_mark() noexcept
{
    static Word* const word = wiped_on_fork();
    if (word == nullptr) return static_cast<std::uint64_t>(::getpid());
    if (const std::uint64_t mark = word->load(); mark != 0) return mark;
    // On an ordinary page: a child counts on from where its parent was.
    static Word last{0};
    const std::uint64_t next = ++last;
    std::uint64_t none = 0;
    return word->compare_exchange_strong(none, next) ? next : none;
}

int thread_id() noexcept
{
    thread_local struct {
        std::uint64_t mark = 0;
        int id = 0;
    } known;
    if (const std::uint64_t mark = process_mark(); known.mark != mark) known = {mark, static_cast<int>(::syscall(SYS_gettid))};
    return known.id;
}

}  // namespace husk
