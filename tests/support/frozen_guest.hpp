#pragma once

#include "program/frozen/descriptors.hpp"
#include "support/apart.hpp"
#include "support/errors.hpp"
#include "support/files_guest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

namespace husk::test {

using program::FrozenDescriptor;

inline ProgramConfig granting(std::vector<Grant> grants)
{
    ProgramConfig config;
    config.grants = std::move(grants);
    return config;
}

/// "descriptor 5, a socket (socket:[7]): …", one a line.
inline std::string refusals_of(program::Process& process)
{
    std::vector<NotFreezable> refusals;
    (void)program::capture_descriptors(process, refusals);
    std::string text;
    for (const auto& [what, why] : refusals) text += what + ": " + why + "\n";
    return text;
}

/// All of a program's descriptors, which can all be frozen.
inline std::vector<FrozenDescriptor> captured(FilesGuest& guest)
{
    std::vector<NotFreezable> refusals;
    auto all = program::capture_descriptors(guest.process(), refusals);
    for (const auto& [what, why] : refusals) ADD_FAILURE() << what << ": " << why;
    return all;
}

/// What the thaw says; empty if it does it.
inline std::string error_of_restore(FilesGuest& guest, const std::vector<FrozenDescriptor>& all)
{
    try {
        program::restore_descriptors(guest.thread(), all);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

inline FrozenDescriptor& numbered(std::vector<FrozenDescriptor>& all, int number)
{
    for (auto& one : all)
        if (one.number == static_cast<std::uint32_t>(number)) return one;
    ADD_FAILURE() << "there is no descriptor " << number;
    return all.front();
}

/// What can be read from it now.
inline std::string read_from(int fd, std::size_t most = 4096)
{
    std::string bytes(most, '\0');
    const ssize_t got = ::read(fd, bytes.data(), bytes.size());
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
}

/// A folder with files, and programs that are granted them.
class FrozenDescriptors : public testing::Test {
protected:
    /// `use` with a program, whose descriptors are then frozen and given to another; `look` at that.
    void thaw(const std::function<void(FilesGuest&)>& use, const std::function<void(FilesGuest&)>& look)
    {
        apart([&] {
            std::vector<FrozenDescriptor> all;
            {
                FilesGuest guest{grants_};
                use(guest);
                all = captured(guest);
            }
            FilesGuest guest{grants_};
            guest.thread().attend();  // a thread that goes on has something to look at first, which must not interrupt this
            ASSERT_EQ(error_of_restore(guest, all), "");
            EXPECT_TRUE(guest.thread().attended());
            look(guest);
        });
    }
    static int opened(FilesGuest& guest, const std::string& path, int flags = O_RDONLY)
    {
        const auto fd = guest.open(path, flags);
        EXPECT_GE(fd, 0) << path;
        return static_cast<int>(fd);
    }

    FilesFolder host_;
    std::string words_ = host_.file("w/words", "one two three");
    std::string log_ = host_.file("w/log", "begun\n");
    std::string other_ = host_.file("r/other", "only to be read");
    ProgramConfig grants_ = granting({{host_ / "w", true, ""}, {host_ / "r", false, "/data"}});
};

}  // namespace husk::test
