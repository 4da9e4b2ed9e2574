#pragma once

#include "base/unique_fd.hpp"
#include "program/image/byte_source.hpp"

#include <tl/expected.hpp>

#include <string>

namespace husk::program {

/// A regular file that is open for reading.
class FileSource final : public ByteSource {
public:
    /// errno if it cannot be opened; EACCES, as execve() says it, if it is anything else than a regular file, which is then not
    /// opened: a FIFO would wait, a device might act.
    static tl::expected<FileSource, int> open(const std::string& path);
    /// One that is open, or EACCES likewise. `path` is for errors only.
    static tl::expected<FileSource, int> take(UniqueFd fd, const std::string& path);

    std::uint64_t size() const override { return size_; }
    /// Throws Error, naming the file, if the host cannot read it.
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override;

    int descriptor() const { return fd_.get(); }
    /// It is not read any more.
    void close() { fd_ = UniqueFd{}; }
    /// Tell whether two are the same file.
    std::uint64_t device() const { return device_; }
    std::uint64_t inode() const { return inode_; }

private:
    FileSource() = default;

    std::string path_;
    UniqueFd fd_;
    std::uint64_t size_ = 0;
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
};

/// 0, or the errno with which execve() refuses the file at `path` before it reads any of it.
int execute_problem(const std::string& path);

}  // namespace husk::program
