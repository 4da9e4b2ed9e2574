#pragma once

#include "engine/soft/cpu/transfer.hpp"
#include "x86/descriptor.hpp"

#include <husk/x86.hpp>

#include <cstdint>

/// What the processor loads from GDT, LDT and TSS while it transfers control.
namespace husk::soft {

/// The descriptor that `selector` names; `vector` is the fault if it lies outside its table.
Expected<x86::Segment> load_descriptor(Transfer& transfer, x86::Selector selector, std::uint8_t vector);

/// Sets type bits (kAccessed, kBusy) of `segment` and of its descriptor in memory.
Expected<x86::Segment> mark_descriptor(Transfer& transfer, x86::Segment segment, std::uint8_t type_bits);

/// SS:SP of a ring above the one that runs, from a 16- or 32-bit TSS.
struct InnerStack {
    x86::Segment segment;
    std::uint32_t pointer = 0;
};
Expected<InnerStack> load_inner_stack(Transfer& transfer, unsigned privilege);

/// RSP0–RSP2, and IST1–IST7, of a 64-bit TSS. SDM Vol. 3A, "Task Management in 64-bit Mode" (8.7).
Expected<std::uint64_t> load_rsp(Transfer& transfer, unsigned privilege);
Expected<std::uint64_t> load_ist(Transfer& transfer, unsigned number);

}  // namespace husk::soft
