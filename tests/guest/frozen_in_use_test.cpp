// What becomes of machines when somebody changes the file that they were thawed from: an Error or nothing, and never a signal.
#include "support/confined.hpp"
#include "support/counting_guest.hpp"
#include "support/errors.hpp"
#include "support/temp_folder.hpp"

#include <husk/frozen.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <fstream>

namespace husk::test {
namespace {

class FrozenInUse : public testing::Test {
protected:
    void SetUp() override { machine().save(path_); }

    static Frozen machine()
    {
        Machine counting = counter(on_lane(), 4_MiB);
        EXPECT_EQ(next_count(counting), 1u);
        return Frozen{counting, {.origin = "counter", .point = "after 1"}};
    }
    /// Runs `act` in a child, which a signal would end: 0, or where it went wrong.
    static void expect_fine(const std::function<int()>& act) { EXPECT_EQ(in_child(act), (ChildEnd{.status = 0, .signal = 0})); }
    static int error_number(const std::optional<Error>& error) { return error ? error->code().value() : 0; }
    static bool soft() { return lane().engine == Engine::Soft; }

    TempFolder folder_;
    std::string path_ = folder_ / "frozen";
};

TEST_F(FrozenInUse, CutShort)
{
    for (const off_t length : {off_t{0}, off_t{4096}, static_cast<off_t>(32_KiB)}) {
        machine().save(path_);
        expect_fine([&] {
            const auto frozen = Frozen::open(path_);
            Machine running = frozen->thaw(on_lane());
            Machine idle = frozen->thaw(on_lane());
            if (next_count(running) != 2) return 1;
            if (::truncate(path_.c_str(), length) != 0) return 2;
            for (Machine* const machine : {&running, &idle}) {
                const auto error = error_of([&] { machine->run(kPatience); });
                if (soft() ? error.has_value() : error_number(error) != ESTALE) return 3;
            }
            if (!soft() && error_number(error_of([&] { frozen->reset(running); })) != ESTALE) return 4;
            const auto read = error_of([&] { (void)idle.memory().load<std::uint64_t>(GuestPhys{1_MiB}); });
            if (soft() ? read.has_value() : error_number(read) != ESTALE) return 5;
            if (soft()) return 0;
            return error_number(error_of([&] { (void)frozen->thaw(on_lane()); })) == ESTALE ? 0 : 6;
        });
    }
}

TEST_F(FrozenInUse, WrittenTo)
{
    expect_fine([&] {
        const auto frozen = Frozen::open(path_);
        Machine machine = frozen->thaw(on_lane());
        if (next_count(machine) != 2) return 1;
        struct stat before {
        }, after{};
        do {  // a clock of files may be slow
            ::stat(path_.c_str(), &before);
            std::fstream{path_, std::ios::in | std::ios::out | std::ios::binary}.seekp(20000) << "other bytes";
            ::stat(path_.c_str(), &after);
        } while (before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
        const auto error = error_of([&] { frozen->reset(machine); });
        if (soft()) return error ? 2 : 0;
        return error_number(error) == ESTALE ? 0 : 3;
    });
}

TEST_F(FrozenInUse, ReplacedIsHeld)
{
    expect_fine([&] {
        const auto frozen = Frozen::open(path_);
        Machine first = frozen->thaw(on_lane());
        machine().save(path_);  // takes its place by a rename
        std::filesystem::remove(path_);
        Machine second = frozen->thaw(on_lane());
        for (Machine* const machine : {&first, &second}) {
            if (next_count(*machine) != 2 || next_count(*machine) != 3) return 1;
            frozen->reset(*machine);
            if (next_count(*machine) != 2) return 2;
        }
        return 0;
    });
}

TEST_F(FrozenInUse, CompressedOrHeldIsNoneOfTheFilesAffair)
{
    machine().save(path_, {.compress = true});
    expect_fine([&] {
        const auto frozen = Frozen::open(path_);
        if (::truncate(path_.c_str(), 0) != 0) return 1;
        Machine counting = frozen->thaw(on_lane());
        return next_count(counting) == 2 && next_count(counting) == 3 ? 0 : 2;
    });
    machine().save(path_);
    expect_fine([&] {
        const auto frozen = Frozen::open(path_);
        Machine counting = frozen->thaw(on_lane());
        if (next_count(counting) != 2) return 1;
        counting.memory().hold();
        if (::truncate(path_.c_str(), 0) != 0) return 2;
        if (next_count(counting) != 3) return 3;
        frozen->reset(counting);
        return next_count(counting) == 2 ? 0 : 4;
    });
}

}  // namespace
}  // namespace husk::test
