#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace husk::test {

/// A file of its own for the test that makes it, gone with it.
class ImageFile {
public:
    explicit ImageFile(std::span<const std::byte> bytes)
    {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        static int count = 0;
        std::string name = std::string{"husk-"} + test->test_suite_name() + "-" + test->name() + "-" + std::to_string(::getpid()) +
                           "-" + std::to_string(count++);
        for (char& letter : name)
            if (letter == '/') letter = '.';
        path_ = std::filesystem::temp_directory_path() / name;
        std::ofstream file{path_, std::ios::binary};
        for (const std::byte byte : bytes) file.put(static_cast<char>(byte));
    }
    ~ImageFile() { std::filesystem::remove(path_); }
    ImageFile(const ImageFile&) = delete;
    ImageFile& operator=(const ImageFile&) = delete;

    std::string path() const { return path_; }
    std::string text() const
    {
        std::ifstream file{path_, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

private:
    std::filesystem::path path_;
};

}  // namespace husk::test
