#pragma once

#include "program/process/process.hpp"

#include <cstdint>
#include <mutex>
#include <optional>

namespace husk::program {

/// A write, as the program's limits leave it. ProgramLimits::output: what is beyond is not written, and ends the program.
/// ProgramLimits::file_size (RLIMIT_FSIZE): as in Linux, a write across the limit is shortened, and one that begins there is EFBIG
/// and SIGXFSZ. Without limits it costs nothing.
///
/// The process's own RLIMIT_FSIZE would not do: the limit is the program's and not that of the library's other users. It is held
/// by looking at the file's position before the write, one write at a time; files do not grow by other ways that a program has.
class Writing {
public:
    /// An offset: the end of the file, wherever that is.
    static constexpr std::uint64_t kEnd = ~0ull;

    /// Of `wanted` bytes to `fd`: at `offset`, or where the descriptor is.
    Writing(Thread& thread, int fd, std::uint64_t wanted, std::optional<std::uint64_t> offset = std::nullopt);
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

    /// The answer, if nothing is to be written.
    std::optional<Result> refused() const { return refused_; }
    std::uint64_t allowed() const { return allowed_; }
    /// Accounts for what came of it.
    Result done(Result result);

private:
    void limit_output(int fd);
    void limit_size(int fd, std::optional<std::uint64_t> offset);

    Thread& thread_;
    std::uint64_t allowed_;
    std::uint64_t taken_ = 0;  ///< of the output limit
    bool counted_ = false;     ///< against the output limit
    bool cut_ = false;         ///< by the output limit
    std::optional<Result> refused_;
    std::unique_lock<std::mutex> growing_;
};

/// Sends the guest's thread a signal for what it just did.
void raise_signal(Thread& thread, int signal);

/// −EFBIG, with SIGXFSZ, if a file may not have this size; otherwise 0. For truncate and fallocate.
Result check_file_size(Thread& thread, std::uint64_t size);

}  // namespace husk::program
