// Descriptors that cannot be frozen, that cannot be thawed here, and lists of them that somebody has made up: each is refused by
// its number, with what is wrong.
#include "support/apart.hpp"
#include "support/frozen_guest.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#include <array>
#include <fstream>

namespace husk::test {
namespace {

using program::FrozenDescriptor;
using testing::AllOf;
using testing::HasSubstr;

class FrozenDescriptorsRefused : public testing::Test {
protected:
    static int opened(FilesGuest& guest, const std::string& path, int flags = O_RDONLY)
    {
        const auto fd = guest.open(path, flags);
        EXPECT_GE(fd, 0) << path;
        return static_cast<int>(fd);
    }
    static std::string nth(int fd) { return "descriptor " + std::to_string(fd) + ", "; }

    /// What the freeze says of what `use` opens.
    std::string refused(const std::function<void(FilesGuest&)>& use, bool private_tmp = false)
    {
        std::string text;
        apart([&] {
            ProgramConfig config = grants_;
            config.private_tmp = private_tmp;
            FilesGuest guest{config};
            use(guest);
            text = refusals_of(guest.process());
        });
        return text;
    }
    /// What the thaw under `grants` says after `change`.
    std::string refused_later(int flags, const std::function<void()>& change, std::optional<ProgramConfig> grants = std::nullopt,
                              off_t offset = 4)
    {
        std::string text;
        apart([&] {
            std::vector<FrozenDescriptor> all;
            {
                FilesGuest guest{grants_};
                ::lseek(opened(guest, words_, flags), offset, SEEK_SET);
                all = captured(guest);
            }
            change();
            FilesGuest guest{grants.value_or(grants_)};
            text = error_of_restore(guest, all);
            EXPECT_GE(::fcntl(STDOUT_FILENO, F_GETFD), 0);
        });
        return text;
    }

    FilesFolder host_;
    std::string words_ = host_.file("w/words", "one two three");
    ProgramConfig grants_ = granting({{host_ / "w", true, ""}});
};

TEST_F(FrozenDescriptorsRefused, WhatHasAnotherEnd)
{
    std::array<int, 2> sockets{}, pipe{};
    std::string text = refused([&](FilesGuest&) { ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()), 0); });
    for (const int fd : sockets) EXPECT_THAT(text, HasSubstr(nth(fd) + "a socket (socket:["));
    text = refused([&](FilesGuest&) {
        ASSERT_EQ(::pipe(pipe.data()), 0);
        EXPECT_GE(::fcntl(pipe[1], F_DUPFD_CLOEXEC, 2000), 2000);
        ::close(pipe[1]);
    });
    EXPECT_THAT(text, AllOf(HasSubstr(nth(pipe[0]) + "a pipe (pipe:["), HasSubstr("its other end is not the program's")));
    ASSERT_EQ(::mkfifo((host_ / "w/fifo").c_str(), 0600), 0);
    text = refused([&](FilesGuest& guest) { opened(guest, host_ / "w/fifo", O_RDWR); });
    EXPECT_THAT(text, AllOf(HasSubstr("a FIFO (" + (host_ / "w/fifo")), HasSubstr("not known")));
}

TEST_F(FrozenDescriptorsRefused, WhatHasStateElsewhere)
{
    int fd = 0;
    std::string text = refused([&](FilesGuest&) { fd = ::inotify_init1(0); });
    EXPECT_THAT(text, HasSubstr(nth(fd) + "an inotify instance"));
    text = refused([&](FilesGuest& guest) { EXPECT_EQ(::flock(fd = opened(guest, words_), LOCK_EX), 0); });
    EXPECT_THAT(text, HasSubstr(nth(fd) + "a file (" + words_ + "): it holds a lock"));
    grants_.grants.push_back({"/dev/ptmx", true, ""});
    text = refused([&](FilesGuest& guest) { fd = opened(guest, "/dev/ptmx", O_RDWR | O_NOCTTY); });
    EXPECT_THAT(text, AllOf(HasSubstr(nth(fd) + "a device"), HasSubstr("what state it has")));
}

TEST_F(FrozenDescriptorsRefused, FilesThatTheirNameDoesNotLeadTo)
{
    int fd = 0;
    std::string text = refused([&](FilesGuest&) { fd = ::open("/etc/passwd", O_RDONLY); });
    EXPECT_THAT(text, AllOf(HasSubstr(nth(fd) + "a file (host:["), HasSubstr("no grant has it")));
    const std::string other = host_ / "w/else";
    text = refused([&](FilesGuest& guest) {
        opened(guest, words_);
        ASSERT_EQ(::link(words_.c_str(), other.c_str()), 0);
        ASSERT_EQ(::unlink(words_.c_str()), 0);
    });
    EXPECT_THAT(text, HasSubstr("its name leads nowhere"));
    EXPECT_THAT(refused([&](FilesGuest& guest) { opened(guest, "/tmp/own", O_CREAT | O_RDWR); }, true), HasSubstr("private /tmp"));
    EXPECT_THAT(refused([&](FilesGuest& guest) { opened(guest, host_ / "w/\xFF", O_CREAT | O_RDWR); }), HasSubstr("not UTF-8"));
}

TEST_F(FrozenDescriptorsRefused, TooMuchContent)
{
    EXPECT_THAT(refused([](FilesGuest&) {
                    const int fd = ::memfd_create("large", 0);
                    ASSERT_EQ(::ftruncate(fd, static_cast<off_t>(program::kMostKept) + 1), 0);
                }),
                HasSubstr("it has 4194305 bytes, and of all that has no name 4194304 at most are kept"));
}

TEST_F(FrozenDescriptorsRefused, EpollOfWhatIsClosed)
{
    int event = 0;
    EXPECT_THAT(refused([&](FilesGuest&) {
                    event = ::eventfd(0, 0);
                    const int epoll = ::epoll_create1(0);
                    epoll_event wanted{.events = EPOLLIN, .data = {}};
                    ASSERT_EQ(::epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted), 0);
                    ::dup(event);
                    ::close(event);
                }),
                AllOf(HasSubstr("an epoll instance"), HasSubstr("which is closed, but of which there is a copy")));
}

TEST_F(FrozenDescriptorsRefused, FilesThatAreNotThereAtTheThaw)
{
    const auto nothing = [] {};
    EXPECT_THAT(refused_later(O_RDONLY, nothing, ProgramConfig{}),
                AllOf(HasSubstr(words_), HasSubstr("is it granted?"), HasSubstr("No such file")));
    EXPECT_THAT(refused_later(O_RDWR, nothing, granting({{host_ / "w", false, ""}})),
                AllOf(HasSubstr(words_ + ": it cannot be opened again for writing"), HasSubstr("Read-only")));
    EXPECT_EQ(refused_later(O_RDONLY, nothing, granting({{host_ / "w", false, ""}})), "");
    EXPECT_THAT(refused_later(O_RDONLY, [&] { ::unlink(words_.c_str()); }), HasSubstr("No such file"));
}

TEST_F(FrozenDescriptorsRefused, FilesThatAreSomethingElseAtTheThaw)
{
    const auto replace_by = [&](const std::function<void()>& make) {
        return [&, make] {
            std::filesystem::remove_all(words_);
            make();
        };
    };
    const auto restored = [&] { host_.file("w/words", "one two three"); };
    EXPECT_THAT(refused_later(O_RDONLY, replace_by([&] { ::mkdir(words_.c_str(), 0700); })), HasSubstr("it is a folder, and was"));
    replace_by(restored)();
    EXPECT_THAT(refused_later(O_RDONLY, replace_by([&] { ::mkfifo(words_.c_str(), 0600); })), HasSubstr("it is a special file"));
    replace_by(restored)();
    // Out of the grant: as if it were not there.
    EXPECT_THAT(refused_later(O_RDONLY, replace_by([&] { ::symlink("/etc/passwd", words_.c_str()); })),
                HasSubstr("is it granted?"));
    replace_by(restored)();
    EXPECT_EQ(refused_later(O_RDONLY, replace_by(restored)), "");  // another inode, the same bytes
}

TEST_F(FrozenDescriptorsRefused, FilesWithOtherContents)
{
    const auto write = [&](const std::string& bytes) { return [&, bytes] { std::ofstream{words_} << bytes; }; };
    const auto begin = write("one two three");
    const std::string longer = "one two three four", other = "one two THREE", shorter = "one";
    for (const int flags : {O_RDONLY, O_RDWR}) {
        begin();
        EXPECT_THAT(refused_later(flags, write(other)), HasSubstr("its contents are not what they were"));
        begin();
        EXPECT_THAT(refused_later(flags, write(longer)), HasSubstr("it has 18 bytes, and had 13"));
        begin();
        EXPECT_EQ(refused_later(flags, write("one two three")), "");
    }
    begin();
    EXPECT_EQ(refused_later(O_RDWR | O_APPEND, write(longer)), "");
    begin();
    EXPECT_THAT(refused_later(O_RDWR | O_APPEND, write("ONE two three four")), HasSubstr("its contents"));
    begin();
    EXPECT_EQ(refused_later(O_WRONLY, write(other)), "");
    begin();
    EXPECT_THAT(refused_later(O_WRONLY, write(shorter)), HasSubstr("it has 3 bytes, and the program has written up to 4"));
    begin();
    EXPECT_EQ(refused_later(O_WRONLY | O_APPEND, write(shorter)), "");
}

// --- lists that nobody has captured ---

class FrozenDescriptorLists : public testing::Test {
protected:
    static constexpr int kLine = 100;

    static std::string error_of_list(const std::vector<FrozenDescriptor>& all)
    {
        const auto error = error_of([&] { program::check_descriptors(all, kLine); });
        return error ? error->what() : "";
    }
    static FrozenDescriptor file(std::uint32_t number, std::string path = "/data/f", std::uint32_t flags = O_RDONLY)
    {
        return {.number = number, .flags = flags, .file = program::FrozenPath{.path = std::move(path), .type = S_IFREG}};
    }
    static FrozenDescriptor copy(std::uint32_t number, std::uint32_t of) { return {.number = number, .same_as = of}; }
    static FrozenDescriptor pipe(std::uint32_t number, std::uint32_t object, std::size_t content = 0)
    {
        return {.number = number,
                .pipe = program::FrozenPipe{.object = object, .capacity = 4096, .content = std::vector<std::byte>(content)}};
    }
    static FrozenDescriptor memory(std::uint32_t number, std::uint32_t object, std::size_t content = 0)
    {
        return {.number = number, .memory = program::FrozenMemory{.object = object, .content = std::vector<std::byte>(content)}};
    }
    static FrozenDescriptor epoll(std::uint32_t number, std::vector<program::FrozenWatch> watches)
    {
        return {.number = number, .epoll = program::FrozenEpoll{std::move(watches)}};
    }
};

TEST_F(FrozenDescriptorLists, Numbers)
{
    EXPECT_EQ(error_of_list({}), "");
    EXPECT_EQ(error_of_list({file(3), file(99)}), "");
    EXPECT_THAT(error_of_list({file(100)}), HasSubstr("descriptor 100, /data/f: a program has no numbers from 100 on"));
    EXPECT_THAT(error_of_list({file(0xFFFF'FFFF)}), HasSubstr("no numbers from 100"));
    EXPECT_THAT(error_of_list({file(3), file(3)}), HasSubstr("do not rise"));
    EXPECT_THAT(error_of_list({file(4), file(3)}), HasSubstr("do not rise"));
    EXPECT_THAT(error_of_list({copy(4, 4)}), HasSubstr("no such lower number"));
    EXPECT_THAT(error_of_list({copy(4, 5), file(5)}), HasSubstr("no such lower number"));
    EXPECT_THAT(error_of_list({file(3), copy(4, 3), copy(5, 4)}), HasSubstr("is a copy itself"));
}

TEST_F(FrozenDescriptorLists, Kinds)
{
    EXPECT_THAT(error_of_list({{.number = 3}}), HasSubstr("descriptor 3, of no kind: it is 0 kinds at once"));
    FrozenDescriptor both = file(3);
    both.standard = 1;
    EXPECT_THAT(error_of_list({both}), HasSubstr("2 kinds"));
    EXPECT_THAT(error_of_list({{.number = 3, .standard = 3}}), HasSubstr("there are 0, 1 and 2"));
    EXPECT_THAT(error_of_list({{.number = 3, .flags = O_APPEND, .standard = 1}}), HasSubstr("its flags have"));
}

TEST_F(FrozenDescriptorLists, Files)
{
    EXPECT_THAT(error_of_list({file(3, "data/f")}), HasSubstr("not absolute"));
    EXPECT_THAT(error_of_list({file(3, "")}), HasSubstr("not absolute"));
    EXPECT_THAT(error_of_list({file(3, "/" + std::string(5000, 'a'))}), HasSubstr("too long"));
    EXPECT_THAT(error_of_list({file(3, std::string{"/data/f\0/x", 10})}), HasSubstr("zero byte"));
    for (const std::string path : {"/data/../etc/passwd", "/data/..", "/..", "/data/./f"})
        EXPECT_THAT(error_of_list({file(3, path)}), HasSubstr("\"..\"")) << path;
    for (const std::uint32_t flag : {O_CREAT, O_TRUNC, O_EXCL, O_TMPFILE & ~O_DIRECTORY, O_ASYNC, 0x4000'0000})
        EXPECT_THAT(error_of_list({file(3, "/data/f", flag | O_RDWR)}), HasSubstr("its flags have")) << flag;
    EXPECT_THAT(error_of_list({file(3, "/data/f", 3)}), HasSubstr("neither for reading nor"));
    FrozenDescriptor far = file(3);
    far.offset = ~std::uint64_t{0};
    EXPECT_THAT(error_of_list({far}), HasSubstr("offset"));
    FrozenDescriptor fifo = file(3);
    fifo.file->type = S_IFIFO;
    EXPECT_THAT(error_of_list({fifo}), HasSubstr("are not opened"));
    fifo.file->type = 0xFFFF'FFFF;
    EXPECT_THAT(error_of_list({fifo}), HasSubstr("are not opened"));
}

TEST_F(FrozenDescriptorLists, PipesAndMemory)
{
    EXPECT_EQ(error_of_list({pipe(3, 3, 9), pipe(4, 3)}), "");
    EXPECT_THAT(error_of_list({pipe(3, 3), pipe(4, 3, 1)}), HasSubstr("contents of its own"));
    EXPECT_THAT(error_of_list({pipe(3, 4), pipe(4, 4)}), HasSubstr("not the first of its kind"));
    EXPECT_THAT(error_of_list({pipe(3, 9)}), HasSubstr("not the first of its kind"));
    EXPECT_THAT(error_of_list({memory(3, 3), pipe(4, 3)}), HasSubstr("not the first of its kind"));
    EXPECT_THAT(error_of_list({pipe(3, 3), pipe(4, 3), pipe(5, 4)}), HasSubstr("not the first of its kind"));
    EXPECT_THAT(error_of_list({pipe(3, 3, 4097)}), HasSubstr("4097 bytes in a pipe for 4096"));
    FrozenDescriptor large = pipe(3, 3);
    large.pipe->capacity = ~std::uint64_t{0};
    EXPECT_THAT(error_of_list({large}), HasSubstr("in a pipe for"));
    EXPECT_THAT(error_of_list({memory(3, 3, program::kMostKept), memory(4, 4, 1)}), HasSubstr("more than 4194304 bytes"));
    FrozenDescriptor wrong = memory(3, 3);
    wrong.memory->seals = 0x40;
    EXPECT_THAT(error_of_list({wrong}), HasSubstr("seals are 0x40"));
    wrong = memory(3, 3);
    wrong.memory->mode = S_ISUID | 0777;
    EXPECT_THAT(error_of_list({wrong}), HasSubstr("permissions 04777"));
    wrong = memory(3, 3);
    wrong.memory->name = std::string(250, 'n');
    EXPECT_THAT(error_of_list({wrong}), HasSubstr("name is too long"));
}

TEST_F(FrozenDescriptorLists, Waitables)
{
    EXPECT_THAT(error_of_list({{.number = 3, .event = program::FrozenEvent{.count = ~std::uint64_t{0}}}}), HasSubstr("count"));
    EXPECT_THAT(error_of_list({{.number = 3, .timer = program::FrozenTimer{.clock = 9}}}), HasSubstr("its clock is 9"));
    EXPECT_THAT(error_of_list({{.number = 3, .timer = program::FrozenTimer{.settings = 4}}}), HasSubstr("its settings are 0x4"));
    EXPECT_THAT(error_of_list({{.number = 3, .timer = program::FrozenTimer{.left = ~std::uint64_t{0}}}}), HasSubstr("too long"));
    EXPECT_THAT(error_of_list({{.number = 3, .signals = program::FrozenSignals{.records = std::vector<std::byte>(127)}}}),
                HasSubstr("no whole records"));
    EXPECT_THAT(error_of_list({epoll(3, {{.number = 4}})}), HasSubstr("watches descriptor 4, which is not open"));
    EXPECT_THAT(error_of_list({file(3), epoll(4, {{.number = 3}, {.number = 3}})}), HasSubstr("do not rise"));
    EXPECT_THAT(error_of_list({file(3), epoll(4, std::vector<program::FrozenWatch>(65537))}), HasSubstr("more than 65536"));
}

/// Lists that look right, and that the kernel has something to say about.
TEST_F(FrozenDescriptorLists, WhatTheKernelRefuses)
{
    apart([] {
        FilesGuest guest{ProgramConfig{}};
        const auto says = [&](const std::vector<FrozenDescriptor>& all) { return error_of_restore(guest, all); };
        EXPECT_THAT(
            says({epoll(3, {{.number = 4}}), epoll(4, {{.number = 3}})}),
            AllOf(HasSubstr("descriptor 4, an epoll instance: it cannot watch descriptor 3"), HasSubstr("Too many levels")));
        EXPECT_THAT(says({epoll(3, {{.number = 3}})}), HasSubstr("it cannot watch descriptor 3"));
        EXPECT_THAT(says({file(3)}), HasSubstr("descriptor 3, /data/f: it cannot be opened again"));
        EXPECT_THAT(says({memory(3, 3), epoll(4, {{.number = 3}})}), HasSubstr("it cannot watch descriptor 3"));
        for (const std::string path : {"/etc/passwd", "/proc/self/mem", "/proc/self/fd/1", "/proc/1/root/etc/passwd", "/dev/mem"})
            EXPECT_THAT(says({file(3, path)}), HasSubstr("it cannot be opened again")) << path;
        ::close(STDIN_FILENO);
        EXPECT_THAT(says({{.number = 3, .standard = 0}}), HasSubstr("descriptor 0 is closed"));
    });
}

}  // namespace
}  // namespace husk::test
