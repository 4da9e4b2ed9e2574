#pragma once

#include "fuzz/check.hpp"

#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace husk::fuzz {

/// From here on descriptors are not the guest's.
inline constexpr int kLine = 200;

/// The folders of a fuzzer: one that is granted to its guest, and a file beside it. Numbers 0 to 2 are the guest's while it runs,
/// and the fuzzer's before and after.
class Surroundings {
public:
    Surroundings()
    {
        std::string name = std::filesystem::temp_directory_path() / "husk-fuzz-XXXXXX";
        require(::mkdtemp(name.data()) != nullptr, "there is a folder");
        folder_ = name;
        std::ofstream{folder_ / "secret"} << kSecret;
        for (int fd = 0; fd < 3; ++fd) kept_.at(static_cast<std::size_t>(fd)) = ::fcntl(fd, F_DUPFD_CLOEXEC, kLine + kFarAbove);
        __sanitizer_set_report_fd(std::bit_cast<void*>(static_cast<std::intptr_t>(kept_[2])));
    }
    ~Surroundings()
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Surroundings(const Surroundings&) = delete;
    Surroundings& operator=(const Surroundings&) = delete;

    std::string inside() const { return folder_ / "inside"; }

    void begin()
    {
        std::error_code ignored;
        std::filesystem::remove_all(inside(), ignored);
        std::filesystem::create_directory(inside(), ignored);
        std::ofstream{folder_ / "inside" / "name"} << "text";
        std::filesystem::create_symlink("../secret", folder_ / "inside" / "link", ignored);
        const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; fd < 3; ++fd) ::dup2(nothing, fd);
        if (nothing > 2) ::close(nothing);
        open_ = open_descriptors();
    }

    void end()
    {
        ::close_range(0, kLine - 1, 0);
        for (int fd = 0; fd < 3; ++fd) ::dup2(kept_.at(static_cast<std::size_t>(fd)), fd);
        require(open_descriptors() == open_, "no descriptor of Husk's is left open");
        ::prctl(PR_SET_TIMERSLACK, 0);  // a guest's is its thread's, and threads inherit it
        std::string text;
        std::getline(std::ifstream{folder_ / "secret"}, text);
        require(text == kSecret, "the file beside the folder is as it was");
        std::error_code ignored;
        std::filesystem::remove_all(inside(), ignored);
    }

private:
    static constexpr std::string_view kSecret = "what nobody may know";
    static constexpr int kFarAbove = 50;

    /// How many are open that are not the guest's.
    static std::ptrdiff_t open_descriptors()
    {
        using std::filesystem::directory_iterator;
        return std::count_if(directory_iterator{"/proc/self/fd"}, directory_iterator{},
                             [](const auto& entry) { return std::stoi(entry.path().filename()) >= kLine; });
    }

    std::filesystem::path folder_;
    std::array<int, 3> kept_{};
    std::ptrdiff_t open_ = 0;
};

}  // namespace husk::fuzz
