#pragma once

#include "engine/soft/decode/disassembler.hpp"

#include <husk/x86.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace husk::soft {

/// Unicorn has not the instruction at the start of `code`. What Unicorn lacks, in words, if a processor of today would execute it
/// for this guest, whatever this guest's CPUID shows: one that heeds CPUID never gets here, and the user of one that does not is
/// told what it wants. Nothing if it is an invalid opcode (#UD): no instruction, one of a processor's own virtualization or
/// enclaves, or one that the guest has not enabled (CR4.OSXSAVE for XSAVE and AVX, CR4.OSFXSR for SSE and what works on its
/// registers, CR4.FSGSBASE).
std::optional<std::string> lacks(Disassembler& disassembler, std::span<const std::byte> code, const x86::SystemRegisters& system);

}  // namespace husk::soft
