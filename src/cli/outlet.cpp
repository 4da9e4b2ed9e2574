#include "cli/outlet.hpp"

#include "cli/print.hpp"

#include <husk/address.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

namespace husk::cli {

Pipe::Pipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error{"pipe2", errno};
    reading = UniqueFd{ends[0]};
    writing = UniqueFd{ends[1]};
}

bool Outlet::take()
{
    constexpr std::size_t kChunk = 64_KiB, kMostGathered = 1_MiB;
    const std::size_t have = text_.size();
    text_.resize(have + kChunk);
    const ssize_t got = ::read(from_.get(), text_.data() + have, kChunk);
    text_.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) from_ = UniqueFd{};
    if (text_.size() >= kMostGathered) flush();
    return got > 0;
}

void Outlet::flush()
{
    write_all(to_, std::as_bytes(std::span{text_}), to_ == STDOUT_FILENO ? "write to stdout" : "write to stderr");
    text_.clear();
}

}  // namespace husk::cli
