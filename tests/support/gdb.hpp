#pragma once

#include "support/command.hpp"

#include <filesystem>
#include <string>
#include <vector>

/// The real GDB, on hosts that have it.
namespace husk::test {

inline constexpr auto kGdb = "/usr/bin/gdb";
inline constexpr auto kNoGdb = "no gdb (Debian package gdb)";

inline bool has_gdb()
{
    return std::filesystem::exists(kGdb);
}

/// Words for one that does `commands`, in `files`, and ends.
inline std::vector<std::string> gdb_words(const std::vector<std::string>& commands, const std::vector<std::string>& files = {})
{
    std::vector<std::string> words{"-nx", "-q", "-batch", "-ex", "set confirm off", "-ex", "set width 0"};
    words.insert(words.end(), files.begin(), files.end());
    for (const std::string& command : commands) words.insert(words.end(), {"-ex", command});
    return words;
}

/// All that it prints.
inline std::string gdb(const std::vector<std::string>& commands, const std::vector<std::string>& files = {})
{
    const Finished said = Running{gdb_words(commands, files), -1, kGdb}.wait();
    return said.out + said.err;
}

}  // namespace husk::test
