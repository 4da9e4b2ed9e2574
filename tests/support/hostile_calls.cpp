#include "support/hostile_calls.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <vector>

namespace husk::test {

using namespace program;

namespace {

struct BadAddress {
    const char* what;
    std::uint64_t at;
};

}  // namespace

Result HostileCalls::with(const DescribedCall& call, std::size_t index, std::uint64_t value)
{
    Call made{.number = static_cast<std::uint64_t>(call.number)};
    for (std::size_t i = 0; i < made.arguments.size(); ++i) made.arguments[i] = call.arguments[i].value;
    made.arguments[index] = value;
    return serve(made);
}

void HostileCalls::expect_bad_addresses(const DescribedCall& call, std::size_t index)
{
    const Argument& argument = call.arguments[index];
    const std::uint64_t size = argument.size;
    const std::uint64_t base = process_->space.reservation().base();
    const std::uint64_t husks = host::word(husks_.data());
    constexpr std::uint64_t kPage = 4096;
    std::vector<BadAddress> bad{
        {"the zero page", 8},
        {"nothing there", kNothing},
        {"across the end of the space", layout::kUserEnd - size + 1},
        {"the end of the space", layout::kUserEnd},
        {"Husk's area", layout::kHusk + 16},
        {"beyond the space", layout::kSpace},
        {"wrapping around", ~std::uint64_t{0} - size / 2},
        {"the last byte of all", ~std::uint64_t{0}},
        {"not canonical", std::uint64_t{1} << 63},
        {"the host's kernel", 0xFFFF'8000'0000'0000},
        {"Husk's memory by its address", husks},
        {"Husk's memory as an offset", husks - base},
        {"the space by its address in Husk", base + kPages},
    };
    if (argument.kind != Argument::Kind::Bytes) bad.push_back({"half of it there", kReadOnly + kPage - size / 2});
    if (argument.written) bad.push_back({"memory that is only to be read", kReadOnly});
    if (argument.kind != Argument::Kind::Optional) bad.push_back({"null", 0});
    for (const auto& [what, at] : bad)
        EXPECT_EQ(with(call, index, at), -EFAULT) << call.name << ", argument " << index << ": " << what;
}

void HostileCalls::expect_bad_descriptors(const DescribedCall& call, std::size_t index)
{
    const int open = static_cast<int>(call.arguments[index].value);
    const int husks = own(open);
    const int closed = ::dup(open);
    ::close(closed);
    for (const int fd : {-1, INT_MIN, kLine, kLine + 1, INT_MAX, husks, closed})
        EXPECT_EQ(with(call, index, static_cast<std::uint64_t>(fd)), -EBADF) << call.name << ", argument " << index << ": " << fd;
    EXPECT_EQ(with(call, index, 0xFFFF'FFFF'0000'0000 + static_cast<unsigned>(husks)), -EBADF) << call.name << ": upper half";
    EXPECT_NE(::lseek(husks, 0, SEEK_CUR) == -1 && errno == EBADF, true) << call.name << " closed one of Husk's";
}

void HostileCalls::expect_defended(std::span<const DescribedCall> calls)
{
    std::ranges::fill(husks_, kMark);
    for (const DescribedCall& call : calls) {
        const Result good = with(call, 0, call.arguments[0].value);
        EXPECT_TRUE(good != -EFAULT && good != -EBADF && good != -ENOSYS) << call.name << " with good arguments: " << good;
        for (std::size_t i = 0; i < call.arguments.size(); ++i) {
            const auto kind = call.arguments[i].kind;
            if (kind == Argument::Kind::Descriptor) expect_bad_descriptors(call, i);
            if (kind >= Argument::Kind::Memory) expect_bad_addresses(call, i);
        }
        expect_untouched();
        EXPECT_TRUE(std::ranges::all_of(husks_, [](std::byte byte) { return byte == kMark; })) << call.name;
    }
}

}  // namespace husk::test
