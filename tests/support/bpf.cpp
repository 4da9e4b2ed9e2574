#include "support/bpf.hpp"

#include <cstring>
#include <stdexcept>

namespace husk::test {

namespace {

std::uint32_t load(const seccomp_data& call, std::uint32_t offset)
{
    std::uint32_t word = 0;
    if (offset % sizeof word != 0 || offset > sizeof call - sizeof word)
        throw std::logic_error{"BPF: a load that the kernel refuses"};
    std::memcpy(&word, reinterpret_cast<const char*>(&call) + offset, sizeof word);
    return word;
}

bool holds(std::uint16_t code, std::uint32_t accumulator, std::uint32_t k)
{
    switch (BPF_OP(code)) {
        case BPF_JEQ: return accumulator == k;
        case BPF_JGE: return accumulator >= k;
        case BPF_JGT: return accumulator > k;
        default: throw std::logic_error{"BPF: an unknown jump"};
    }
}

}  // namespace

std::uint32_t verdict(std::span<const sock_filter> filter, const seccomp_data& call)
{
    std::uint32_t accumulator = 0;
    for (std::size_t at = 0; at < filter.size(); ++at) {
        const sock_filter& one = filter[at];
        if (one.code == (BPF_LD | BPF_W | BPF_ABS))
            accumulator = load(call, one.k);
        else if (one.code == (BPF_ALU | BPF_AND | BPF_K))
            accumulator &= one.k;
        else if (one.code == (BPF_JMP | BPF_JA))
            at += one.k;
        else if (BPF_CLASS(one.code) == BPF_JMP && BPF_SRC(one.code) == BPF_K)
            at += holds(one.code, accumulator, one.k) ? one.jt : one.jf;
        else if (one.code == (BPF_RET | BPF_K))
            return one.k;
        else
            throw std::logic_error{"BPF: an unknown instruction"};
    }
    throw std::logic_error{"BPF: runs past its end"};
}

}  // namespace husk::test
