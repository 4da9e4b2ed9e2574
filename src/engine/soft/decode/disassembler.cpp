#include "engine/soft/decode/disassembler.hpp"

#include <husk/error.hpp>

#include <cerrno>
#include <cstdint>

namespace husk::soft {

Disassembler::~Disassembler()
{
    if (instruction_ != nullptr) cs_free(instruction_, 1);
    for (csh& handle : handles_)
        if (handle != 0) cs_close(&handle);
}

const cs_insn* Disassembler::decode(std::span<const std::byte> code, unsigned bits)
{
    csh& handle = handles_.at(bits / 32);  // 16, 32, 64 → 0, 1, 2
    if (handle == 0) {
        const cs_mode mode = bits == 64 ? CS_MODE_64 : bits == 32 ? CS_MODE_32 : CS_MODE_16;
        if (cs_open(CS_ARCH_X86, mode, &handle) != CS_ERR_OK) throw Error{"cs_open", ENOMEM};
        cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
    }
    // With details it belongs to no one handle.
    if (instruction_ == nullptr) instruction_ = cs_malloc(handle);
    last_ = handle;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(code.data());
    std::size_t left = code.size();
    std::uint64_t address = 0;
    return cs_disasm_iter(handle, &bytes, &left, &address, instruction_) ? instruction_ : nullptr;
}

}  // namespace husk::soft
