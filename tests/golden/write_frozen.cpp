// Writes golden frozen files: husk_golden_frozen FOLDER PROGRAM, where PROGRAM is what counter_program.S becomes. What is in
// tests/golden/frozen is never written again; a new version of the format, or a new kind of file, gets new ones beside it.
// Those without "-cpu-" in their names are from before files told what they need of the processor, and this does not write them.
#include "support/counting_guest.hpp"

#include <husk/frozen.hpp>
#include <husk/frozen_program.hpp>

#include <fmt/format.h>

#include <filesystem>

namespace {

using namespace husk;

bool write_image(const std::filesystem::path& folder, Engine engine)
{
    Machine machine = test::counter({.engine = engine});
    for (std::uint32_t i = 1; i <= 3; ++i)
        if (test::next_count(machine) != i) return false;
    const Frozen frozen{machine, {.origin = "counter", .point = "after 3"}};
    frozen.save(folder / fmt::format("v1-cpu-{}-image-compressed.husk", name(engine)), {.compress = true});
    return true;
}

bool write_program(const std::filesystem::path& folder, const char* program, Engine engine)
{
    ProgramConfig config;
    config.path = program;
    config.arguments = {"counter"};
    config.working_directory = "/";
    config.engine = engine;
    config.portable = true;
    const auto frozen = FrozenProgram::freeze(std::move(config), freeze_points::Asked{});
    if (!frozen) return false;
    frozen->save(folder / fmt::format("v1-cpu-{}-program-compressed.husk", name(engine)), {.compress = true});
    return true;
}

}  // namespace

int main(int count, char** arguments)
{
    if (count != 3) return 2;
    for (const Engine engine : {Engine::Soft, Engine::Kvm})
        if (!write_image(arguments[1], engine) || !write_program(arguments[1], arguments[2], engine)) return 1;
    return 0;
}
