#include "program/process/freezing.hpp"

#include "program/space/poke.hpp"

#include <husk/guest.h>
#include <husk/error.hpp>

#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

namespace husk::program {

namespace {

/// Those that take bytes from the descriptor of their first argument.
constexpr auto kReads = std::to_array<std::uint64_t>({
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_preadv,
    SYS_preadv2,
    SYS_splice,
    SYS_tee,
    SYS_copy_file_range,
});

bool reads_standard_input(const Call& call)
{
    if (call.number == SYS_sendfile) return call.integer(1) == 0;
    return call.integer(0) == 0 && std::ranges::find(kReads, call.number) != kReads.end();
}

/// HLT: at ring 3 a fault, so that RIP stays where it is.
constexpr std::byte kMark{0xF4};

}  // namespace

void Freezing::prepare(const FreezeWhere& where, const Space& space)
{
    where_ = where;
    if (!where_.instruction) return;
    std::byte there{};
    if (!space.memory().read(*where_.instruction, std::span{&there, 1}) || !poke(space, *where_.instruction, std::span{&kMark, 1}))
        throw Error{"a mark to freeze at", EFAULT, fmt::format("{:#x}", where_.instruction->value)};
    marked_ = there;
}

bool Freezing::reached_by(const Call& call)
{
    if (begun()) return false;
    if (where_.asked) return call.number == HUSK_CALL && call.word(0) == HUSK_FREEZE_HERE;
    if (where_.standard_input) return reads_standard_input(call);
    return where_.call == call.number && ++calls_ == where_.nth;
}

bool Freezing::counts(std::uint64_t number) const
{
    return where_.call == number;
}

void Freezing::take_mark_away(const Space& space)
{
    if (marked_ && !poke(space, *where_.instruction, std::span{&*marked_, 1}))
        throw Error{"a mark to freeze at", EFAULT, fmt::format("{:#x}", where_.instruction->value)};
    marked_.reset();
}

}  // namespace husk::program
