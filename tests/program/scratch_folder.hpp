#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace husk::test {

/// What is left in a folder: each name with all that can be compared of it: its kind, mode and contents.
using Left = std::map<std::string, std::string>;

/// A folder for a program's files. Both runs of a program get the same one, so that no path tells them apart; it is emptied between
/// them, and removed at the end.
class Scratch {
public:
    /// `name` makes it unique among the tests that run at once. Throws std::filesystem::filesystem_error.
    explicit Scratch(const std::string& name);
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// Empties it.
    void clear() const;
    /// Empties it, then copies what `from` has into it; every file and folder gets the same date.
    void fill(const std::filesystem::path& from) const;
    /// What is in it.
    Left left() const;

private:
    std::filesystem::path path_;
};

/// The names that differ between the two, with a word on how; empty if none does.
std::string differences(const Left& wanted, const Left& got);

}  // namespace husk::test
