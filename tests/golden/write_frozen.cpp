// Writes golden frozen files: husk_golden_frozen FOLDER. What is in tests/golden/frozen is never written again; a new version of
// the format, or a new kind of file, gets new ones beside it.
#include "support/counting_guest.hpp"

#include <husk/frozen.hpp>

#include <filesystem>

int main(int count, char** arguments)
{
    using namespace husk;
    if (count != 2) return 2;
    const std::filesystem::path folder{arguments[1]};
    Machine machine = test::counter({.engine = Engine::Soft});
    for (std::uint32_t i = 1; i <= 3; ++i)
        if (test::next_count(machine) != i) return 1;
    const Frozen frozen{machine, {.origin = "counter", .point = "after 3"}};
    frozen.save(folder / "v1-image.husk");
    frozen.save(folder / "v1-image-compressed.husk", {.compress = true});
    return 0;
}
