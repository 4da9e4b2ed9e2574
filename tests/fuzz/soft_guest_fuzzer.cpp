// The input is a guest: the mode it starts in, what its host does to it, and its code (tests/hostile/guest.hpp). Whatever it is, it
// harms neither the process nor what the engine promises.
#include "fuzz/check.hpp"
#include "hostile/code.hpp"
#include "hostile/guest.hpp"

#include "engine/soft/vm.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

/// Half of the time, some instructions that are likely to be trouble are put somewhere.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed)
{
    using namespace husk::hostile;
    Random random{seed};
    if (size <= kHeader || random.one_in(2)) return LLVMFuzzerMutate(data, size, most);
    const auto start = static_cast<Start>(data[0] % kStarts);
    const auto code = random_code(random, bits(start));
    const std::size_t at = kHeader + random.below(size - kHeader);
    const std::size_t count = std::min<std::size_t>({code.size(), most - at, 1 + random.below(24)});
    std::transform(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(count), data + at,
                   [](std::byte each) { return std::to_integer<std::uint8_t>(each); });
    return std::max(size, at + count);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk;
    try {
        hostile::run(std::as_bytes(std::span{data, size}), soft::make_vm);
    } catch (const std::exception& error) {
        fuzz::require(false, error.what());
    }
    return 0;
}
