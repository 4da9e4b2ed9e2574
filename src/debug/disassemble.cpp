#include "debug/disassemble.hpp"

#include <husk/error.hpp>

#include <capstone/capstone.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace husk::debug {

namespace {

/// An open Capstone engine and room for one instruction.
class Capstone {
public:
    explicit Capstone(unsigned bits)
    {
        const cs_mode mode = bits == 16 ? CS_MODE_16 : bits == 32 ? CS_MODE_32 : CS_MODE_64;
        if (cs_open(CS_ARCH_X86, mode, &handle_) != CS_ERR_OK) throw Error{"cs_open", ENOMEM, "the Capstone library"};
        instruction_ = cs_malloc(handle_);
        if (instruction_ == nullptr) {
            cs_close(&handle_);
            throw Error{"cs_malloc", ENOMEM, "the Capstone library"};
        }
    }
    ~Capstone()
    {
        cs_free(instruction_, 1);
        cs_close(&handle_);
    }
    Capstone(const Capstone&) = delete;
    Capstone& operator=(const Capstone&) = delete;

    Instruction next(std::span<const std::byte> code, std::uint64_t address)
    {
        std::vector<std::uint8_t> bytes;
        for (const std::byte byte : code.first(std::min<std::size_t>(code.size(), 15)))
            bytes.push_back(std::to_integer<std::uint8_t>(byte));
        const std::uint8_t* at = bytes.data();
        std::size_t left = bytes.size();
        std::uint64_t next = address;
        if (!cs_disasm_iter(handle_, &at, &left, &next, instruction_)) return {address, {code.front()}, "(bad)"};
        const auto used = code.first(instruction_->size);
        const std::string_view operands{instruction_->op_str};
        return {address,
                {used.begin(), used.end()},
                fmt::format("{}{}{}", instruction_->mnemonic, operands.empty() ? "" : " ", operands)};
    }

private:
    csh handle_ = 0;
    cs_insn* instruction_ = nullptr;
};

}  // namespace

std::vector<Instruction> disassemble(std::span<const std::byte> code, std::uint64_t address, unsigned bits, std::size_t most)
{
    std::vector<Instruction> result;
    Capstone capstone{bits};
    while (!code.empty() && result.size() < most) {
        result.push_back(capstone.next(code, address));
        if (result.back().text == "(bad)") break;
        address += result.back().bytes.size();
        code = code.subspan(result.back().bytes.size());
    }
    return result;
}

std::string instruction_lines(std::span<const std::byte> code, std::uint64_t address, unsigned bits, std::size_t most)
{
    constexpr std::size_t kBytesWidth = 30;
    const std::size_t width = kBytesWidth + fmt::formatted_size("{:#x}: ", address);
    std::string text;
    for (const Instruction& each : disassemble(code, address, bits, most))
        text += fmt::format("{} {:<{}} {}\n", text.empty() ? ">" : " ",
                            fmt::format("{:#x}: {}", each.address, hex_bytes(each.bytes)), width, each.text);
    return text;
}

std::string hex_bytes(std::span<const std::byte> bytes)
{
    std::string text;
    for (const std::byte byte : bytes) text += fmt::format("{}{:02X}", text.empty() ? "" : " ", std::to_integer<unsigned>(byte));
    return text;
}

}  // namespace husk::debug
