// Writes golden frozen files: husk_golden_frozen FOLDER PROGRAM, where PROGRAM is what counter_program.S becomes. What is in
// tests/golden/frozen is never written again; a new version of the format, or a new kind of file, gets new ones beside it.
#include "support/counting_guest.hpp"

#include <husk/frozen.hpp>
#include <husk/frozen_program.hpp>

#include <filesystem>

namespace {

using namespace husk;

bool write_image(const std::filesystem::path& folder)
{
    Machine machine = test::counter({.engine = Engine::Soft});
    for (std::uint32_t i = 1; i <= 3; ++i)
        if (test::next_count(machine) != i) return false;
    const Frozen frozen{machine, {.origin = "counter", .point = "after 3"}};
    frozen.save(folder / "v1-image.husk");
    frozen.save(folder / "v1-image-compressed.husk", {.compress = true});
    return true;
}

bool write_program(const std::filesystem::path& folder, const char* program)
{
    ProgramConfig config;
    config.path = program;
    config.arguments = {"counter"};
    config.working_directory = "/";
    config.engine = Engine::Soft;
    config.portable = true;
    const auto frozen = FrozenProgram::freeze(std::move(config), freeze_points::Asked{});
    if (!frozen) return false;
    frozen->save(folder / "v1-program.husk");
    frozen->save(folder / "v1-program-compressed.husk", {.compress = true});
    return true;
}

}  // namespace

int main(int count, char** arguments)
{
    if (count != 3) return 2;
    return write_image(arguments[1]) && write_program(arguments[1], arguments[2]) ? 0 : 1;
}
