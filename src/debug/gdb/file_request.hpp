#pragma once

#include "debug/gdb/words.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

/// What GDB asks of the files that the guest sees: "Debugging with GDB", appendix E, "Host I/O Packets" (E.8). What would change
/// one is not served.
namespace husk::debug::gdb {

namespace requests {

struct OpenFile {
    std::string path;
    std::uint64_t flags = 0;  ///< as "Open Flags" (E.13.8.2) has them
};                            ///< vFile:open
struct CloseFile {
    std::uint64_t file = 0;
};                 ///< vFile:close
struct ReadFile {  ///< vFile:pread
    std::uint64_t file = 0, size = 0, offset = 0;
};
struct AskFile {
    std::uint64_t file = 0;
};                     ///< vFile:fstat
struct ReadFileLink {  ///< vFile:readlink
    std::string path;
};
struct SelectFiles {  ///< vFile:setfs: as which process sees them; 0: as the guest does
    std::uint64_t process = 0;
};

}  // namespace requests

using FileRequest = std::variant<requests::OpenFile, requests::CloseFile, requests::ReadFile, requests::AskFile,
                                 requests::ReadFileLink, requests::SelectFiles>;

/// What is behind "vFile:". Nothing: it is not served. The error says what is wrong.
tl::expected<std::optional<FileRequest>, const char*> parse_file_request(Words words);

}  // namespace husk::debug::gdb
