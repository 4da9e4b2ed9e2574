#pragma once

#include <husk/error.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace husk::test {

/// A folder of its own for the test that makes it, gone with it and all that is in it.
class TempFolder {
public:
    TempFolder()
    {
        // Real: tests compare paths.
        std::string name = (std::filesystem::canonical(std::filesystem::temp_directory_path()) / "husk-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw Error{"mkdtemp", errno, name};
        path_ = name;
    }
    ~TempFolder() { std::filesystem::remove_all(path_); }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    std::string path() const { return path_; }
    /// The path of `name` within.
    std::string operator/(std::string_view name) const { return path_ / name; }

    /// Writes a file, and the folders it is in; gives its path.
    std::string write(std::string_view name, std::span<const std::byte> bytes, bool executable = false) const
    {
        const auto path = path_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream file{path, std::ios::binary};
        for (const std::byte byte : bytes) file.put(static_cast<char>(byte));
        file.close();
        if (executable) std::filesystem::permissions(path, std::filesystem::perms{0755});
        return path;
    }
    std::string write(std::string_view name, std::string_view text, bool executable = false) const
    {
        return write(name, std::as_bytes(std::span{text}), executable);
    }
    /// Makes `name` a symbolic link to `target`.
    std::string link(std::string_view name, std::string_view target) const
    {
        const auto path = path_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::filesystem::create_symlink(target, path);
        return path;
    }

private:
    std::filesystem::path path_;
};

}  // namespace husk::test
