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

constexpr std::uint64_t down(std::uint64_t address)
{
    return address / kAlignment * kAlignment;
}

bool is_bytes(const husk::Argument& argument)
{
    return std::holds_alternative<In>(argument) || std::holds_alternative<InOut>(argument);
}

/// How much all that may have to be placed needs at most.
std::uint64_t room(std::span<const husk::Argument> arguments)
{
    std::uint64_t size = 2 * kAlignment;
    for (const husk::Argument& argument : arguments)
        size += kAlignment +
                std::visit(match{[](const In& in) { return in.bytes.size(); }, [](const InOut& both) { return both.bytes.size(); },
                                 [](const auto& value) { return sizeof value; }},
                           argument);
    return down(size + kAlignment);
}

}  // namespace

FunctionFrame::FunctionFrame(std::span<const husk::Argument> arguments, std::uint64_t top)
    : top_{down(top - kRedZone)}, next_{top_}, stack_pointer_{top_}
{
    const bool in_registers = arguments.size() <= integers_.size() && std::ranges::none_of(arguments, is_bytes);
    if (!in_registers) bytes_.resize(room(arguments));
    std::vector<std::uint64_t> further;
    for (const husk::Argument& argument : arguments) {
        if (const double* const real = std::get_if<double>(&argument)) {
            if (real_count_ < reals_.size())
                reals_.at(real_count_++) = *real;
            else
                further.push_back(std::bit_cast<std::uint64_t>(*real));
        } else if (const std::int64_t value = pass(argument); integer_count_ < integers_.size()) {
            integers_.at(integer_count_++) = value;
        } else {
            further.push_back(static_cast<std::uint64_t>(value));
        }
    }
    if (!in_registers) place_further(further);
}

/// Below the bytes, from where on bytes_ is what is written then. RSP is a multiple of 16 before the return address is pushed.
void FunctionFrame::place_further(std::span<const std::uint64_t> further)
{
    stack_pointer_ = down(next_ - further.size_bytes());
    put(stack_pointer_, std::as_bytes(further));
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
    registers.r11 = function.value;
    registers.r14 = entry::kVectorImage;
    registers.r15 = entry::kFunctionReturn;
    registers.rsp = stack_pointer_;
    registers.rip = entry::kFunctionEntry;
    registers.rflags = x86::Rflags::One | x86::Rflags::IF;
    return registers;
}

}  // namespace husk::program
