#include "frozen_work.hpp"
#include "instance_work.hpp"
#include "plan.hpp"
#include "program_work.hpp"

#include <fmt/format.h>

namespace husk::bench {

namespace {

Comparison thaw_row(const char* what, std::uint64_t memory)
{
    const auto calls = std::make_shared<std::optional<FrozenCalls>>();
    const auto frozen = [calls, memory]() -> FrozenCalls& { return *calls ? **calls : calls->emplace(memory, 1); };
    return {.what = what,
            .reference = [frozen] { return frozen().first_call_on_floor(); },
            .measured = [frozen] { return frozen().first_call_on_husk(); },
            .bound = Bound{Bound::Of::Time, 1.3}};
}

Comparison reset_row(std::uint64_t pages, const char* memory_name, std::uint64_t memory)
{
    const auto calls = std::make_shared<std::optional<FrozenCalls>>();
    const auto frozen = [calls, memory, pages]() -> FrozenCalls& { return *calls ? **calls : calls->emplace(memory, pages); };
    return {.what = fmt::format("reset after {} written page{}, {}", pages, pages == 1 ? "" : "s", memory_name),
            .reference = [frozen] { return frozen().reset_on_floor(); },
            .measured = [frozen] { return frozen().reset_on_husk(); }};
}

}  // namespace

Plan frozen_plan(const Programs&)
{
    Plan plan{.table = {.title = "Frozen images, and the floor", .reference = "floor", .measured = "husk"}};
    plan.comparisons = {thaw_row("thaw of an image of 64 MiB and its first call", 64_MiB),
                        thaw_row("thaw of an image of 2 GiB and its first call", 2048_MiB)};
    for (const std::uint64_t pages : {1, 10, 100, 1000}) {
        plan.comparisons.push_back(reset_row(pages, "64 MiB", 64_MiB));
        plan.comparisons.push_back(reset_row(pages, "2 GiB", 2048_MiB));
    }
    return plan;
}

Plan instance_plan(const Programs& programs)
{
    constexpr std::uint64_t kCalls = 1000;
    const auto functions = std::make_shared<std::optional<Functions>>();
    const auto program = [functions, path = programs.functions]() -> Functions& {
        return *functions ? **functions : functions->emplace(path);
    };
    Plan plan{.table = {.title = "Functions of a frozen program, and the floor", .reference = "floor", .measured = "husk"}};
    plan.comparisons = {{.what = "thaw of a static program and its first call",
                         .reference = [program] { return program().first_exit_on_floor(); },
                         .measured = [program] { return program().first_call_on_husk(); },
                         .bound = Bound{Bound::Of::Time, 1.3}},
                        {.what = "one call of a function",
                         .reference = [] { return ring3_exits(kCalls); },
                         .measured = [program] { return program().calls_on_husk(kCalls); },
                         .pairs = 101,
                         .units = static_cast<double>(kCalls),
                         .bound = Bound{Bound::Of::Time, 1.1}},
                        {.what = "one call of a function, after a reset each time",
                         .reference = [] { return ring3_exits(kCalls); },
                         .measured = [program] { return program().calls_after_reset_on_husk(kCalls); },
                         .pairs = 31,
                         .units = static_cast<double>(kCalls)}};
    for (const std::uint64_t pages : {1, 10, 100, 1000})
        plan.comparisons.push_back({.what = fmt::format("reset after {} written page{}", pages, pages == 1 ? "" : "s"),
                                    .reference = [program, pages] { return program().copy_on_floor(pages); },
                                    .measured = [program, pages] { return program().reset_on_husk(pages); }});
    return plan;
}

}  // namespace husk::bench
