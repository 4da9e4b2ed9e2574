#pragma once

#include "debug/gdb/target_files.hpp"
#include "program/process/process.hpp"

namespace husk::program {

/// The files of a program's grants, as the program names them, for reading, to its debugger; which could have the program itself
/// read them. On a thread that shares the program's descriptors.
class GrantedFiles final : public debug::gdb::TargetFiles {
public:
    /// `process` must outlive it.
    explicit GrantedFiles(Process& process) : process_{process} {}

    tl::expected<struct stat, int> look(const std::string& path) override;
    tl::expected<std::size_t, int> read(const std::string& path, const struct stat& known, std::uint64_t offset,
                                        std::span<std::byte> bytes) override;
    tl::expected<std::string, int> read_link(const std::string& path) override;

private:
    tl::expected<UniqueFd, int> open(const std::string& path);

    Process& process_;
};

}  // namespace husk::program
