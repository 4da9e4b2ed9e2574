#pragma once

#include "debug/gdb/file_request.hpp"
#include "debug/gdb/target_files.hpp"

#include <sys/stat.h>

#include <cstddef>
#include <map>
#include <string>

namespace husk::debug::gdb {

/// Answers what one debugger asks of files.
class FileService {
public:
    /// More than GDB has at once: one for each library, and one for what it knows of each.
    static constexpr std::size_t kMost = 4096;

    std::string answer(TargetFiles& files, const FileRequest& request);

private:
    struct Open {
        std::string path;
        struct stat known {};
    };
    std::string serve(TargetFiles& files, const requests::OpenFile& request);
    std::string serve(TargetFiles& files, const requests::CloseFile& request);
    std::string serve(TargetFiles& files, const requests::ReadFile& request);
    std::string serve(TargetFiles& files, const requests::AskFile& request);
    static std::string serve(TargetFiles& files, const requests::ReadFileLink& request);
    static std::string serve(TargetFiles& files, const requests::SelectFiles& request);

    std::map<std::uint64_t, Open> open_;  ///< by GDB's number
};

}  // namespace husk::debug::gdb
