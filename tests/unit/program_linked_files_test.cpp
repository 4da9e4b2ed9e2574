// What a program is linked with, in systems made for the test: found as glibc and musl find it, and nothing else than libraries
// listed, whatever a program claims to need.
#include "program/image/linked_files.hpp"
#include "support/cache_builder.hpp"
#include "support/library.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace husk::program {
namespace {

using test::Library;
using Paths = std::vector<std::string>;

constexpr const char* kGlibc = "/lib64/ld-linux-x86-64.so.2";
constexpr const char* kMusl = "/lib/ld-musl-x86_64.so.1";

class ProgramLinkedFiles : public testing::Test {
protected:
    ProgramLinkedFiles()
    {
        add(kGlibc, {.soname = "ld-linux-x86-64.so.2"});
        add(kMusl, {.soname = "libc.musl-x86_64.so.1"});
    }

    void add(std::string_view path, const Library& library) { root_.write(path.substr(1), library.build()); }

    /// What /bin/program is linked with.
    LinkedFiles files(Library program, std::size_t budget = LinkOptions{}.budget)
    {
        if (program.interpreter.empty()) program.interpreter = kGlibc;
        add("/bin/program", program);
        return linked_files("/bin/program", {.root = root_.path(), .directory = "/work", .budget = budget});
    }

    /// Paths of all but the interpreter and what it knows of libraries.
    Paths libraries(const Library& program)
    {
        Paths paths;
        for (const LinkedFile& file : files(program).files)
            if (file.path != kGlibc && file.path != kMusl && !file.path.starts_with("/etc/")) paths.push_back(file.path);
        return paths;
    }

    static Paths missing(const LinkedFiles& found)
    {
        Paths names;
        for (const Unresolved& one : found.unresolved) names.push_back(one.name);
        return names;
    }

    test::TempFolder root_;
};

TEST_F(ProgramLinkedFiles, StaticProgramHasNone)
{
    root_.write("bin/static", test::linux_program().build());
    const auto found = linked_files("/bin/static", {.root = root_.path()});
    EXPECT_TRUE(found.files.empty());
    EXPECT_TRUE(found.unresolved.empty());
}

TEST_F(ProgramLinkedFiles, LibrariesOfLibrariesEachOnceInTheOrderTheyAreOpened)
{
    add("/lib/liba.so", {.needed = {"libc.so", "libb.so", "ld-linux-x86-64.so.2"}});
    add("/lib/libb.so", {.needed = {"liba.so"}});
    add("/usr/lib/libc.so", {.needed = {"libb.so", "libd.so"}});
    add("/usr/lib/libd.so", {});
    EXPECT_EQ(libraries({.needed = {"libb.so", "liba.so"}}),
              (Paths{"/lib/libb.so", "/lib/liba.so", "/usr/lib/libc.so", "/usr/lib/libd.so"}));
}

TEST_F(ProgramLinkedFiles, LinksAreTold)
{
    add("/usr/lib/libz.so.1.2", {});
    root_.link("usr/lib/libz.so.1", "libz.so.1.2");
    std::filesystem::rename(root_ / "lib", root_ / "usr/lib/moved");
    root_.link("lib", "usr/lib");
    const auto found = files({.needed = {"libz.so.1"}});
    ASSERT_EQ(found.files.size(), 2u);
    EXPECT_EQ(found.files[0], (LinkedFile{.path = kGlibc, .real = kGlibc}));
    EXPECT_EQ(found.files[1],
              (LinkedFile{"/lib/libz.so.1", "/usr/lib/libz.so.1.2", {{"/lib", "usr/lib"}, {"/usr/lib/libz.so.1", "libz.so.1.2"}}}));
}

TEST_F(ProgramLinkedFiles, MissingLibraryIsToldAndTheRestFound)
{
    add("/lib/liba.so", {.needed = {"libgone.so"}});
    const auto found = files({.needed = {"libgone.so", "liba.so", "libaway.so"}});
    EXPECT_EQ(found.files.back().path, "/lib/liba.so");
    EXPECT_EQ(found.unresolved,
              (std::vector<Unresolved>{{"libgone.so", "/bin/program", "not found"}, {"libaway.so", "/bin/program", "not found"}}));
}

TEST_F(ProgramLinkedFiles, CacheComesBeforeTheSystemsDirectoriesAndAfterRunpath)
{
    add("/lib/libx.so", {});
    add("/cached/libx.so", {});
    add("/run/libx.so", {});
    root_.write("etc/ld.so.cache", test::CacheBuilder{{{"libx.so", "/cached/libx.so"}}}.build());
    EXPECT_EQ(libraries({.needed = {"libx.so"}}), Paths{"/cached/libx.so"});
    EXPECT_EQ(libraries({.needed = {"libx.so"}, .runpath = "/no:/run/"}), Paths{"/run/libx.so"});
    EXPECT_EQ(files({}).files.back().path, "/etc/ld.so.cache");
    // One that is not there: on to the directories.
    root_.write("etc/ld.so.cache", test::CacheBuilder{{{"libx.so", "/gone/libx.so"}}}.build());
    EXPECT_EQ(libraries({.needed = {"libx.so"}}), Paths{"/lib/libx.so"});
    root_.write("etc/ld.so.cache", "damaged");
    EXPECT_EQ(libraries({.needed = {"libx.so"}}), Paths{"/lib/libx.so"});
}

TEST_F(ProgramLinkedFiles, NoDefaultDirectoriesIfToldSo)
{
    add("/lib/libx.so", {});
    add("/cached/liby.so", {});
    root_.write("etc/ld.so.cache", test::CacheBuilder{{{"libx.so", "/lib/libx.so"}, {"liby.so", "/cached/liby.so"}}}.build());
    const auto found = files({.needed = {"libx.so", "liby.so"}, .flags_1 = DF_1_NODEFLIB});
    EXPECT_EQ(missing(found), Paths{"libx.so"});
    EXPECT_EQ(found.files.back().path, "/cached/liby.so");
}

TEST_F(ProgramLinkedFiles, RpathIsInheritedAndRunpathIsNot)
{
    add("/own/liba.so", {.needed = {"libb.so"}});
    add("/own/libb.so", {});
    EXPECT_EQ(libraries({.needed = {"liba.so"}, .rpath = "/own"}), (Paths{"/own/liba.so", "/own/libb.so"}));
    EXPECT_EQ(missing(files({.needed = {"liba.so"}, .runpath = "/own"})), Paths{"libb.so"});
    // RUNPATH has RPATH ignored, in the object itself and, of what is inherited, for what it asks for.
    EXPECT_EQ(missing(files({.needed = {"liba.so"}, .rpath = "/own", .runpath = "/other"})), Paths{"liba.so"});
    add("/own/liba.so", {.needed = {"libb.so"}, .runpath = "/other"});
    EXPECT_EQ(missing(files({.needed = {"liba.so"}, .rpath = "/own"})), Paths{"libb.so"});
}

TEST_F(ProgramLinkedFiles, OriginIsTheProgramsRealDirectoryAndALibrarysAsOpened)
{
    add("/opt/app/lib/liba.so", {.needed = {"libb.so"}, .runpath = "${ORIGIN}/more"});
    add("/opt/app/lib/more/libb.so", {});
    root_.link("opt/linked", "app");
    add("/opt/app/bin/program", {.needed = {"liba.so"}, .runpath = "$ORIGIN/../lib", .interpreter = kGlibc});
    root_.link("bin/start", "/opt/app/bin/program");
    const auto found = linked_files("/bin/start", {.root = root_.path()});
    ASSERT_EQ(found.files.size(), 3u);
    EXPECT_EQ(found.files[1].path, "/opt/app/bin/../lib/liba.so");
    EXPECT_EQ(found.files[2].path, "/opt/app/bin/../lib/more/libb.so");
    EXPECT_EQ(found.files[2].real, "/opt/app/lib/more/libb.so");
    EXPECT_EQ(libraries({.needed = {"liba.so"}, .runpath = "/opt/linked/lib"}),
              (Paths{"/opt/linked/lib/liba.so", "/opt/linked/lib/more/libb.so"}));
}

TEST_F(ProgramLinkedFiles, NameWithSlashIsAPath)
{
    add("/work/here/liba.so", {});
    add("/bin/libb.so", {});
    EXPECT_EQ(libraries({.needed = {"here/liba.so", "$ORIGIN/libb.so", "/bin/libb.so"}}),
              (Paths{"/work/here/liba.so", "/bin/libb.so"}));
    EXPECT_EQ(libraries({.needed = {"liba.so"}, .rpath = "here"}), Paths{"/work/here/liba.so"});
    add("/work/libc.so", {});
    EXPECT_EQ(libraries({.needed = {"libc.so"}, .rpath = "/no:"}), Paths{"/work/./libc.so"});
}

TEST_F(ProgramLinkedFiles, AllVariantsForProcessors)
{
    add("/lib/libx.so", {});
    add("/lib/glibc-hwcaps/x86-64-v3/libx.so", {.needed = {"libwide.so"}});
    add("/lib/libwide.so", {});
    add("/own/glibc-hwcaps/x86-64-v4/libx.so", {});
    EXPECT_EQ(
        libraries({.needed = {"libx.so"}, .runpath = "/own"}),
        (Paths{"/own/glibc-hwcaps/x86-64-v4/libx.so", "/lib/glibc-hwcaps/x86-64-v3/libx.so", "/lib/libx.so", "/lib/libwide.so"}));
    root_.write("etc/ld.so.cache",
                test::CacheBuilder{{{"libx.so", "/lib/glibc-hwcaps/x86-64-v3/libx.so", 1}, {"libx.so", "/lib/libx.so"}}}.build());
    EXPECT_EQ(libraries({.needed = {"libx.so"}}),
              (Paths{"/lib/glibc-hwcaps/x86-64-v3/libx.so", "/lib/libx.so", "/lib/libwide.so"}));
}

TEST_F(ProgramLinkedFiles, MuslLooksInItsListAndHasItsOwnLibraries)
{
    add("/lib/liba.so", {.needed = {"libc.so", "libb.so"}});
    add("/opt/lib/libb.so", {.needed = {"libpthread.so.0"}});
    const Library program{.needed = {"liba.so", "libc.musl-x86_64.so.1", "libm.so.6", "libmagic.so"}, .interpreter = kMusl};
    EXPECT_EQ(missing(files(program)), (Paths{"libmagic.so", "libb.so"}));
    root_.write("etc/ld-musl-x86_64.path", "/nothing\n/opt/lib:/lib\n");
    EXPECT_EQ(libraries(program), (Paths{"/lib/liba.so", "/opt/lib/libb.so"}));
    EXPECT_EQ(files(program).files[1].path, "/etc/ld-musl-x86_64.path");
    // RUNPATH is inherited like RPATH.
    add("/own/libmagic.so", {.needed = {"libdeep.so"}});
    add("/own/libdeep.so", {});
    EXPECT_EQ(libraries({.needed = {"libmagic.so"}, .runpath = "/own", .interpreter = kMusl}),
              (Paths{"/own/libmagic.so", "/own/libdeep.so"}));
}

// --- hostile ---

TEST_F(ProgramLinkedFiles, WhatIsNoLibraryIsNeverListed)
{
    root_.write("etc/shadow", "root:secret");
    root_.write("lib/libtext.so", "text");
    add("/lib/libcut.so", {.needed = {"libx.so"}});
    std::filesystem::resize_file(root_ / "lib/libcut.so", 0x1000);
    std::filesystem::create_directory(root_ / "lib/libfolder.so");
    ::mkfifo((root_ / "lib/libfifo.so").c_str(), 0644);
    root_.write("lib/libprogram.so", test::linux_program().build());
    auto arm = Library{}.build();
    test::put(arm, offsetof(Elf64_Ehdr, e_machine), std::uint16_t{EM_AARCH64});
    root_.write("lib/libarm.so", arm);
    const auto found = files({.needed = {"/etc/shadow", "../etc/shadow", "libtext.so", "libcut.so", "libfolder.so", "libfifo.so",
                                         "libprogram.so", "libarm.so", "", "/dev/zero", "/"}});
    ASSERT_EQ(found.files.size(), 1u);
    EXPECT_EQ(found.files[0].path, kGlibc);
    EXPECT_EQ(found.unresolved.size(), 11u);
    EXPECT_NE(found.unresolved[0].problem.find("/etc/shadow: e_ident"), std::string::npos) << found.unresolved[0].problem;

    const auto by_interpreter = files({.needed = {"libtext.so"}, .interpreter = "/etc/shadow"});
    EXPECT_TRUE(by_interpreter.files.empty());
    EXPECT_EQ(missing(by_interpreter), (Paths{"/etc/shadow", "libtext.so"}));
}

TEST_F(ProgramLinkedFiles, ABadOneIsPassedOver)
{
    root_.write("own/libx.so", "text");
    add("/lib/libx.so", {});
    EXPECT_EQ(libraries({.needed = {"libx.so"}, .runpath = "/own"}), Paths{"/lib/libx.so"});
}

TEST_F(ProgramLinkedFiles, ProgramThatCannotBeReadIsUnresolved)
{
    root_.write("bin/text", "text");
    for (const char* name : {"/bin/text", "/bin/none", "/bin", ""}) {
        const auto found = linked_files(name, {.root = root_.path(), .directory = "/"});
        EXPECT_TRUE(found.files.empty()) << name;
        EXPECT_EQ(missing(found), Paths{name});
    }
}

TEST_F(ProgramLinkedFiles, NeededBySelfAndEachOther)
{
    add("/lib/liba.so", {.needed = {"liba.so", "libb.so", "/bin/program"}});
    add("/lib/libb.so", {.needed = {"liba.so", "/lib/liba.so", "/lib/../lib/libb.so"}});
    EXPECT_EQ(libraries({.needed = {"liba.so", "/bin/program"}}),
              (Paths{"/lib/liba.so", "/bin/program", "/lib/libb.so", "/lib/liba.so", "/lib/../lib/libb.so"}));
}

TEST_F(ProgramLinkedFiles, EndlessNamesAreCutShort)
{
    std::string origins;
    for (int i = 0; i < 5000; ++i) origins += "$ORIGIN:";
    std::string long_origin;
    for (int i = 0; i < 3000; ++i) long_origin += "${ORIGIN}";
    std::vector<std::string> names;
    for (int i = 0; i < 1500; ++i) names.push_back("lib" + std::to_string(i));
    add("/lib/liba.so", {});
    names.push_back("liba.so");
    // Each name in each directory would be 7.5 million looks.
    const auto found = files({.needed = names, .runpath = origins}, 10'000);
    EXPECT_EQ(found.files.size(), 1u);
    EXPECT_EQ(found.unresolved.back().problem, "too much to look through");
    EXPECT_EQ(files({.needed = {"liba.so", long_origin}, .rpath = long_origin}).files.back().path, "/lib/liba.so");
}

TEST_F(ProgramLinkedFiles, AtMostSoManyLibraries)
{
    for (int i = 0; i < 1100; ++i) add("/lib/lib" + std::to_string(i), {.needed = {"lib" + std::to_string(i + 1)}});
    const auto found = files({.needed = {"lib0"}});
    EXPECT_EQ(found.files.size(), 1024u) << "the interpreter and 1023 libraries";
    EXPECT_NE(found.unresolved.at(0).problem.find("too many libraries"), std::string::npos);
}

}  // namespace
}  // namespace husk::program
