#include "cli/find_program.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace husk::cli {

namespace {

bool is_executable(const std::string& file)
{
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(file.c_str(), X_OK) == 0;
}

}  // namespace

std::optional<std::string> find_program(const std::string& word, const std::string& path)
{
    if (word.find('/') != std::string::npos) return word;
    if (word.empty()) return std::nullopt;
    std::string_view rest = path;
    while (true) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const std::string folder{rest.substr(0, end)};
        if (std::string file = (folder.empty() ? "." : folder) + "/" + word; is_executable(file)) return file;
        if (end == rest.size()) return std::nullopt;
        rest.remove_prefix(end + 1);
    }
}

}  // namespace husk::cli
