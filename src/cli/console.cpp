#include "cli/console.hpp"

#include "cli/print.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace husk::cli {

Console::Console(const std::string& where, bool keep)
{
    if (where != "-") {
        constexpr mode_t kReadableByAll = 0666;
        what_ = "write to " + where;
        file_ = UniqueFd{::open(where.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kReadableByAll)};
        if (!file_) throw Error{"open " + where, errno};
        fd_ = file_.get();
    } else if (!keep) {
        what_ = "write to stdout";
        fd_ = STDOUT_FILENO;
    }
}

OutputSink Console::sink()
{
    return [this](std::span<const std::byte> bytes) { take(bytes); };
}

void Console::take(std::span<const std::byte> bytes)
{
    if (fd_ >= 0) return write_all(fd_, bytes, what_);
    const std::size_t room = kMostKept - kept_.size();
    truncated_ = truncated_ || bytes.size() > room;
    const auto more = bytes.first(std::min(room, bytes.size()));
    if (more.empty()) return;
    kept_.resize(kept_.size() + more.size());
    std::memcpy(kept_.data() + kept_.size() - more.size(), more.data(), more.size());
}

}  // namespace husk::cli
