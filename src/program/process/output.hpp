#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace husk::program {

/// What a descriptor leads to: equal for all descriptors of one file, pipe or terminal.
struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;

    /// Nothing if `fd` is not open.
    static std::optional<FileIdentity> of(int fd);
    bool operator==(const FileIdentity&) const = default;
};

/// The files that descriptors 1 and 2 lead to at the start, and how much may still be written to them. Counted is what is
/// written to those files by number, whichever: a duplicate counts, and so does the same file opened anew. Not what is written
/// through a mapping. Thread-safe.
class Output {
public:
    explicit Output(std::optional<std::uint64_t> limit) : limited_{limit.has_value()}, left_{limit.value_or(0)} {}
    /// At the start: which files they are.
    void look();

    /// True if there is a limit and writing to `fd` counts.
    bool counts(int fd) const;
    /// Takes up to `wanted` bytes of what is left.
    std::uint64_t take(std::uint64_t wanted);
    /// What was taken and not written after all.
    void give_back(std::uint64_t bytes) { left_ += bytes; }

private:
    bool limited_;
    std::array<std::optional<FileIdentity>, 2> standard_;
    std::atomic<std::uint64_t> left_;
};

}  // namespace husk::program
