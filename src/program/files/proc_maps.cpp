#include "program/files/facts.hpp"

#include <fmt/format.h>

#include <sys/mman.h>
#include <sys/sysmacros.h>

#include <map>

// /proc/self/maps, and what else is a list of bytes.
namespace husk::program::self {

namespace {

/// Names start in this column, or one behind what is longer.
constexpr std::size_t kNameColumn = 72;

std::string rights(const Area& area)
{
    const auto letter = [&](int bit, char yes) { return (area.protection & bit) != 0 ? yes : '-'; };
    const char shared = (area.flags & MAP_TYPE) == MAP_PRIVATE ? 'p' : 's';
    return {letter(PROT_READ, 'r'), letter(PROT_WRITE, 'w'), letter(PROT_EXEC, 'x'), shared};
}

/// Strings with a NUL behind each.
std::string terminated(const std::vector<std::string>& texts)
{
    std::string bytes;
    for (const std::string& text : texts) bytes.append(text).push_back('\0');
    return bytes;
}

}  // namespace

std::string maps(const Facts& facts)
{
    std::map<std::string, Facts::Identity> known;
    std::string text;
    for (const Area& area : facts.space.areas()) {
        Facts::Identity file;
        if (area.name.starts_with('/')) {
            const auto [found, fresh] = known.try_emplace(area.name);
            if (fresh) found->second = facts.identity(area.name);
            file = found->second;
        }
        const std::uint64_t offset = (area.flags & MAP_ANONYMOUS) != 0 ? 0 : area.file_offset;
        std::string line = fmt::format("{:08x}-{:08x} {} {:08x} {:02x}:{:02x} {} ", area.begin, area.end, rights(area), offset,
                                       gnu_dev_major(file.device), gnu_dev_minor(file.device), file.inode);
        if (!area.name.empty()) {
            line.resize(std::max(line.size(), kNameColumn), ' ');
            line += ' ' + area.name;
        }
        text += line + '\n';
    }
    return text;
}

std::string command_line(const Facts& facts)
{
    return terminated(facts.config.arguments);
}

std::string environment(const Facts& facts)
{
    return terminated(facts.config.environment);
}

std::string auxv(const Facts& facts)
{
    std::string bytes;
    for (const std::byte byte : facts.auxv) bytes.push_back(static_cast<char>(byte));
    return bytes;
}

std::string command(const Facts& facts)
{
    if (const std::string given = facts.name(); !given.empty()) return given + '\n';
    constexpr std::size_t kLongest = 15;  // TASK_COMM_LEN without the NUL
    return facts.program.substr(facts.program.rfind('/') + 1).substr(0, kLongest) + '\n';
}

}  // namespace husk::program::self
