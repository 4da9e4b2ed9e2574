#include "differential/sequence.hpp"

namespace husk::test {

Code code_of(const Sequence& sequence)
{
    constexpr std::byte kNop{0x90};
    Code code = sequence.prologue;
    for (const Step& step : sequence.steps) {
        if (step.removed) {
            code.insert(code.end(), step.code.size(), kNop);
        } else {
            code.insert(code.end(), step.code.begin(), step.code.end());
        }
    }
    code.insert(code.end(), sequence.epilogue.begin(), sequence.epilogue.end());
    return code;
}

FlagSet undefined_at_end(const Sequence& sequence)
{
    FlagSet undefined;
    for (const Step& step : sequence.steps)
        if (!step.removed) undefined = undefined_after(undefined, step.flags);
    return undefined;
}

bool is_defined(const Sequence& sequence)
{
    FlagSet undefined;
    for (const Step& step : sequence.steps) {
        if (step.removed) continue;
        if (reveals(undefined, step.flags)) return false;
        undefined = undefined_after(undefined, step.flags);
    }
    return true;
}

std::string step_at(const Sequence& sequence, std::uint64_t offset)
{
    std::uint64_t end = sequence.prologue.size();
    if (offset < end) return {};
    for (const Step& step : sequence.steps) {
        end += step.code.size();
        if (offset < end) return step.name;
    }
    return {};
}

}  // namespace husk::test
