#include "program/function.hpp"

#include "base/match.hpp"
#include "program/entry/function_call.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace husk::program {

namespace {

constexpr std::uint64_t kRedZone = 128, kAlignment = 16;
constexpr std::size_t kIntegerArguments = 6;

constexpr std::uint64_t down(std::uint64_t address)
{
    return address / kAlignment * kAlignment;
}

/// How much all that is placed needs at most.
std::uint64_t room(std::span<const husk::Argument> arguments)
{
    std::uint64_t size = entry::kRealArguments * sizeof(double) + 2 * kAlignment;
    for (const husk::Argument& argument : arguments)
        size += kAlignment +
                std::visit(match{[](const In& in) { return in.bytes.size(); }, [](const InOut& both) { return both.bytes.size(); },
                                 [](const auto& value) { return sizeof value; }},
                           argument);
    return down(size + kAlignment);
}

}  // namespace

FunctionFrame::FunctionFrame(std::span<const husk::Argument> arguments, std::uint64_t top)
    : top_{down(top - kRedZone)}, next_{top_}, bytes_(room(arguments))
{
    for (const husk::Argument& argument : arguments) {
        if (const double* const real = std::get_if<double>(&argument)) {
            if (reals_.size() < entry::kRealArguments)
                reals_.push_back(*real);
            else
                further_.push_back(std::bit_cast<std::uint64_t>(*real));
        } else if (const std::int64_t value = pass(argument); integers_.size() < kIntegerArguments) {
            integers_.push_back(value);
        } else {
            further_.push_back(static_cast<std::uint64_t>(value));
        }
    }
    reals_.resize(entry::kRealArguments);
    reals_at_ = place(std::as_bytes(std::span{reals_}));
    // RSP + 8 is a multiple of 16 where a function begins.
    const std::uint64_t further = down(next_ - further_.size() * sizeof(std::uint64_t));
    put(further, std::as_bytes(std::span{further_}));
    stack_pointer_ = further - sizeof(std::uint64_t);
    constexpr std::array kBack{entry::kFunctionReturn};
    put(stack_pointer_, std::as_bytes(std::span{kBack}));
    bytes_.erase(bytes_.begin(), bytes_.end() - static_cast<std::ptrdiff_t>(top_ - stack_pointer_));
}

/// As an integer: its own value, or the address of the bytes.
std::int64_t FunctionFrame::pass(const husk::Argument& argument)
{
    if (const auto* const value = std::get_if<std::int64_t>(&argument)) return *value;
    if (const In* const in = std::get_if<In>(&argument)) return static_cast<std::int64_t>(place(in->bytes));
    const InOut& both = std::get<InOut>(argument);
    const std::uint64_t at = place(both.bytes);
    changed_.push_back({{at}, both.bytes});
    return static_cast<std::int64_t>(at);
}

std::uint64_t FunctionFrame::place(std::span<const std::byte> bytes)
{
    next_ = down(next_ - bytes.size());
    put(next_, bytes);
    return next_;
}

/// `bytes_` ends at `top_`.
void FunctionFrame::put(std::uint64_t at, std::span<const std::byte> bytes)
{
    std::ranges::copy(bytes, bytes_.end() - static_cast<std::ptrdiff_t>(top_ - at));
}

x86::Registers FunctionFrame::registers(GuestVirt function) const
{
    x86::Registers registers;
    constexpr std::array kOrder{&x86::Registers::rdi, &x86::Registers::rsi, &x86::Registers::rbx,  // RBX: RDX's, see the stub
                                &x86::Registers::rcx, &x86::Registers::r8,  &x86::Registers::r9};
    static_assert(kOrder.size() == kIntegerArguments);
    for (std::size_t i = 0; i < integers_.size(); ++i) registers.*kOrder[i] = static_cast<std::uint64_t>(integers_[i]);
    registers.r10 = reals_at_;
    registers.r11 = function.value;
    registers.r14 = entry::kVectorImage;
    registers.rsp = stack_pointer_;
    registers.rip = entry::kFunctionEntry;
    registers.rflags = x86::Rflags::One | x86::Rflags::IF;
    return registers;
}

}  // namespace husk::program
