#include "program/files/real_path.hpp"

#include "program/files/own_fd.hpp"
#include "program/files/path.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <deque>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace husk::program {

namespace {

constexpr std::size_t kMostLinks = 40;  // Linux's MAXSYMLINKS

void prepend(std::deque<std::string>& names, std::string_view path)
{
    const auto more = names_in(path);
    names.insert(names.begin(), more.begin(), more.end());
}

/// A field of /proc/self/mountinfo, whose blanks and backslashes are octal.
std::string unescaped(std::string_view field)
{
    constexpr std::size_t kDigits = 3;
    constexpr int kOctal = 8;
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] == '\\' && i + kDigits < field.size()) {
            text += static_cast<char>(std::stoi(std::string{field.substr(i + 1, kDigits)}, nullptr, kOctal));
            i += kDigits;
        } else {
            text += field[i];
        }
    }
    return text;
}

}  // namespace

RealPath real_path(const std::string& path)
{
    if (!path.starts_with('/')) throw std::invalid_argument{"a grant's path, \"" + path + "\", is not absolute"};
    if (path.find('\0') != std::string::npos) throw std::invalid_argument{"a grant's path has a NUL in it"};
    RealPath real{.path = "/", .links = {}};
    std::deque<std::string> names;
    prepend(names, path);
    while (!names.empty()) {
        const std::string name = names.front();
        names.pop_front();
        if (name == ".") continue;
        if (name == "..") {
            real.path.resize(std::max<std::size_t>(real.path.rfind('/'), 1));
            continue;
        }
        const std::string next = joined(real.path, name);
        struct stat status {};
        if (::lstat(next.c_str(), &status) != 0) throw Error{"lstat", errno, path};
        if (!S_ISLNK(status.st_mode)) {
            real.path = next;
            continue;
        }
        const auto text = link_text(AT_FDCWD, next.c_str());
        if (!text) throw Error{"readlink", text.error(), next};
        if (real.links.size() == kMostLinks) throw Error{"readlink", ELOOP, path};
        real.links.push_back({next, *text});
        if (text->starts_with('/')) real.path = "/";
        prepend(names, *text);
    }
    return real;
}

std::vector<std::string> proc_mounts()
{
    // 36 35 98:0 /root /mount/point options… - type source options
    std::vector<std::string> found;
    std::ifstream mounts{"/proc/self/mountinfo"};
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields{line};
        std::string id, parent, device, root, point, word;
        fields >> id >> parent >> device >> root >> point;
        while (fields >> word && word != "-") {
        }
        fields >> word;
        if (word == "proc" && !below(unescaped(point), "/proc")) found.push_back(unescaped(point));
    }
    return found;
}

}  // namespace husk::program
