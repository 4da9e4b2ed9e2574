#include "program/scratch_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <sstream>
#include <vector>

namespace husk::test {
namespace {

namespace fs = std::filesystem;

constexpr std::time_t kDate = 1600000000;  // 2020-09-13 12:26:40 UTC

std::string contents(const fs::path& file)
{
    std::ostringstream text;
    text << std::ifstream{file, std::ios::binary}.rdbuf();
    return text.str();
}

std::string all_of(const fs::directory_entry& entry)
{
    struct stat status {};
    ::lstat(entry.path().c_str(), &status);
    std::ostringstream text;
    text << std::oct << status.st_mode << ' ';
    if (S_ISLNK(status.st_mode)) text << fs::read_symlink(entry.path()).string();
    if (S_ISREG(status.st_mode)) text << contents(entry.path());
    return text.str();
}

void set_date(const fs::path& path)
{
    const std::array<timespec, 2> dates{{{kDate, 0}, {kDate, 0}}};
    ::utimensat(AT_FDCWD, path.c_str(), dates.data(), AT_SYMLINK_NOFOLLOW);
}

}  // namespace

Scratch::Scratch(const std::string& name) : path_{fs::path{HUSK_PROGRAM_FOLDER} / "scratch" / name}
{
    fs::create_directories(path_);
    path_ = fs::canonical(path_);
    clear();
}

Scratch::~Scratch()
{
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void Scratch::clear() const
{
    for (const auto& entry : fs::directory_iterator{path_}) fs::remove_all(entry.path());
}

void Scratch::fill(const fs::path& from) const
{
    clear();
    fs::copy(from, path_, fs::copy_options::recursive);
    std::vector<fs::path> names;
    for (const auto& entry : fs::recursive_directory_iterator{path_}) {
        const bool folder = entry.is_directory();
        fs::permissions(entry.path(), fs::perms{folder ? 0755u : 0644u});
        names.push_back(entry.path());
    }
    for (const fs::path& name : names) set_date(name);
    set_date(path_);
}

Left Scratch::left() const
{
    Left found;
    for (const auto& entry : fs::recursive_directory_iterator{path_})
        found[entry.path().lexically_relative(path_).string()] = all_of(entry);
    return found;
}

std::string differences(const Left& wanted, const Left& got)
{
    std::string text;
    for (const auto& [name, all] : wanted) {
        const auto other = got.find(name);
        if (other == got.end())
            text += name + " is missing\n";
        else if (other->second != all)
            text += name + " differs\n";
    }
    for (const auto& [name, all] : got)
        if (!wanted.contains(name)) text += name + " should not be there\n";
    return text;
}

}  // namespace husk::test
