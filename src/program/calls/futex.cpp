#include "program/calls/handlers.hpp"
#include "program/calls/robust_list.hpp"
#include "program/process/process.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <ctime>

namespace husk::program {

namespace {

constexpr std::uint64_t kWord = sizeof(std::uint32_t);

/// What an operation's fourth and fifth arguments are.
bool waits(int operation)
{
    return operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET || operation == FUTEX_LOCK_PI || operation == FUTEX_LOCK_PI2 ||
           operation == FUTEX_WAIT_REQUEUE_PI;
}

bool has_second_word(int operation)
{
    return operation == FUTEX_REQUEUE || operation == FUTEX_CMP_REQUEUE || operation == FUTEX_WAKE_OP ||
           operation == FUTEX_WAIT_REQUEUE_PI || operation == FUTEX_CMP_REQUEUE_PI;
}

/// The guest's words are the host's, so the host's kernel waits on them and wakes.
Result futex(Thread& thread, const Call& call)
{
    const UserMemory& memory = thread.process.memory;
    const int operation = call.integer(1) & FUTEX_CMD_MASK;
    const auto word = memory.host(call.address(0), kWord);
    const auto second = has_second_word(operation) ? memory.host(call.address(4), kWord) : std::optional{call.word(4)};
    const auto fourth = waits(operation) ? memory.host_or_null(call.address(3), sizeof(timespec)) : std::optional{call.word(3)};
    if (!word || !second || !fourth) return -EFAULT;
    return thread.interruptible(SYS_futex, *word, call.integer(1), call.word(2), *fourth, *second, call.word(5));
}

Result set_robust_list(Thread& thread, const Call& call)
{
    if (call.word(1) != sizeof(robust_list_head)) return -EINVAL;
    thread.robust_list = call.address(0);
    return 0;
}

Result get_robust_list(Thread& thread, const Call& call)
{
    const int tid = call.integer(0);
    const auto other = tid == 0 ? nullptr : thread.process.find(tid);
    if (tid != 0 && !other) return -ESRCH;
    const std::uint64_t size = sizeof(robust_list_head);
    const UserMemory& memory = thread.process.memory;
    const GuestVirt head = tid == 0 ? thread.robust_list : other->robust_list;
    return memory.put(call.address(1), head.value) && memory.put(call.address(2), size) ? 0 : -EFAULT;
}

constexpr std::array kCalls = std::to_array<Served>({
    {SYS_futex, futex},
    {SYS_set_robust_list, set_robust_list},
    {SYS_get_robust_list, get_robust_list},
});

/// Tells the owner's death in a word that it still holds, and wakes one who waits for it. By the kernel, which does it in one step
/// and survives what is not memory: FUTEX_WAKE_OP stores FUTEX_OWNER_DIED and wakes. That the mark of waiters is lost does no harm:
/// who has waited marks the word again when it takes it.
void bury(Thread& thread, GuestVirt at)
{
    const UserMemory& memory = thread.process.memory;
    const auto word = memory.get<std::uint32_t>(at);
    const auto place = memory.host(at, kWord);
    if (!word || !place || (*word & FUTEX_TID_MASK) != static_cast<std::uint32_t>(thread.tid)) return;
    constexpr unsigned kDiedBit = 30;
    static_assert(FUTEX_OWNER_DIED == 1u << kDiedBit);
    constexpr unsigned kOperationShift = 28, kArgumentShift = 12;
    constexpr std::uint32_t kStoreDied =
        static_cast<std::uint32_t>(FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT) << kOperationShift | kDiedBit << kArgumentShift;
    host_call(SYS_futex, *place, FUTEX_WAKE_OP, 1, 0, *place, kStoreDied);
}

}  // namespace

std::span<const Served> futex_calls()
{
    return kCalls;
}

void walk_robust_list(Thread& thread)
{
    const UserMemory& memory = thread.process.memory;
    if (thread.robust_list.value == 0) return;
    const auto head = memory.get<robust_list_head>(thread.robust_list);
    if (!head) return;
    const auto offset = static_cast<std::uint64_t>(head->futex_offset);
    constexpr std::uint64_t kPriorityInheriting = 1;  // in an entry's address; the host's kernel knows those by itself
    const auto pending = host::word(head->list_op_pending);
    std::uint64_t entry = host::word(head->list.next);
    for (unsigned i = 0; i < ROBUST_LIST_LIMIT && entry != thread.robust_list.value; ++i) {
        const std::uint64_t place = entry & ~kPriorityInheriting;
        const auto next = memory.get<std::uint64_t>({place});
        if (place != pending && (entry & kPriorityInheriting) == 0) bury(thread, {place + offset});
        if (!next) break;
        entry = *next;
    }
    if (pending != 0 && (pending & kPriorityInheriting) == 0) bury(thread, {pending + offset});
}

}  // namespace husk::program
