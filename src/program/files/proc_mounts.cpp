#include "program/files/proc_mounts.hpp"

#include "program/files/path.hpp"

#include <fstream>
#include <sstream>

namespace husk::program {

namespace {

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
