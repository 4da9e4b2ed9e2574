#pragma once

#include "program/image/byte_source.hpp"
#include "program/trace/modules.hpp"
#include "program/trace/reader.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace husk::program {

/// Code of a program that stands still, as it is mapped: what is at `begin` is the file's byte `offset`.
struct MappedCode {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  ///< one past
    std::uint64_t offset = 0;
    std::string path{};
};

/// Names places in the code of a program by the files that it was mapped from, which are opened by name, and when they are needed:
/// they may be others by now, so that one counts only where it has the bytes that the program's memory has.
class CodeNames {
public:
    /// The file of that path, or nothing.
    using Open = std::function<std::unique_ptr<ByteSource>(const std::string& path)>;

    CodeNames(Open open, Reader read) : open_{std::move(open)}, read_{std::move(read)} {}

    /// "read+0x10 (libc.so.6)", as Modules has it. Empty if the file is not there, is another, or cannot be read.
    std::string at(const MappedCode& code, std::uint64_t address);

private:
    const ByteSource* file_of(const MappedCode& code);
    bool is_same(const ByteSource& file, const MappedCode& code, std::uint64_t address) const;

    Open open_;
    Reader read_;
    std::map<std::uint64_t, std::unique_ptr<ByteSource>> files_;  ///< by where the code begins; empty: there is none
    Modules modules_;
};

}  // namespace husk::program
