#include "engine/soft/cpu/descriptors.hpp"

namespace husk::soft {

namespace {

using x86::Segment;
using x86::Selector;

/// A value of the task-state segment; beyond its limit, #TS with the task's selector.
template <typename Value>
Expected<Value> load_from_tss(Transfer& transfer, std::uint32_t offset)
{
    const Segment& tr = transfer.state.system.tr;
    const std::uint64_t last = std::uint64_t{offset} + sizeof(Value) - 1;
    if (!tr.present || last > tr.limit) return transfer.fault(x86::kInvalidTss, Selector{tr.selector}.error_code());
    return transfer.memory.load<Value>(tr.base + offset);
}

/// True if `tr` has the form of a 32-bit TSS.
bool is_tss32(const Segment& tr)
{
    return (tr.type | x86::kBusy) == static_cast<std::uint8_t>(x86::SystemType::Tss32Busy);
}

/// Where the descriptor of a selector is.
struct Table {
    std::uint64_t base = 0;
    std::uint32_t limit = 0;
};

Table table_of(const Transfer& transfer, Selector selector)
{
    const x86::SystemRegisters& system = transfer.state.system;
    if (!selector.in_ldt()) return {system.gdt.base, system.gdt.limit};
    if (!system.ldt.present || system.ldt.unusable) return {};  // with a limit that nothing fits in
    return {system.ldt.base, system.ldt.limit};
}

/// SS:SP as a TSS has them, not yet looked at.
struct StackPointer {
    Selector selector;
    std::uint32_t pointer = 0;
};

/// SDM Vol. 3A, "32-Bit TSS" (8.2.1, ESP0 at 4, SS0 at 8), "16-Bit TSS" (8.6, SP0 at 2, SS0 at 4).
Expected<StackPointer> read_stack_pointer(Transfer& transfer, unsigned privilege)
{
    const bool wide = is_tss32(transfer.state.system.tr);
    const std::uint32_t at = wide ? 4 + 8 * privilege : 2 + 4 * privilege;
    const auto selector = load_from_tss<std::uint16_t>(transfer, at + (wide ? 4 : 2));
    if (!selector) return tl::unexpected{selector.error()};
    const auto low = load_from_tss<std::uint16_t>(transfer, at);
    if (!low) return tl::unexpected{low.error()};
    if (!wide) return StackPointer{{*selector}, *low};
    const auto pointer = load_from_tss<std::uint32_t>(transfer, at);
    if (!pointer) return tl::unexpected{pointer.error()};
    return StackPointer{{*selector}, *pointer};
}

}  // namespace

Expected<Segment> load_descriptor(Transfer& transfer, Selector selector, std::uint8_t vector)
{
    const Table table = table_of(transfer, selector);
    if (selector.offset() + sizeof(std::uint64_t) - 1 > table.limit) return transfer.fault(vector, selector.error_code());
    const auto descriptor = transfer.memory.load<std::uint64_t>(table.base + selector.offset());
    if (!descriptor) return tl::unexpected{descriptor.error()};
    return x86::decode_segment(*descriptor, selector);
}

Expected<Segment> mark_descriptor(Transfer& transfer, Segment segment, std::uint8_t type_bits)
{
    if ((segment.type & type_bits) == type_bits) return segment;
    constexpr std::uint32_t kTypeByte = 5;
    const Selector selector{segment.selector};
    const std::uint64_t at = table_of(transfer, selector).base + selector.offset() + kTypeByte;
    const auto byte = transfer.memory.load<std::uint8_t>(at);
    if (!byte) return tl::unexpected{byte.error()};
    if (auto stored = transfer.memory.store(at, static_cast<std::uint8_t>(*byte | type_bits)); !stored)
        return tl::unexpected{stored.error()};
    segment.type |= type_bits;
    return segment;
}

Expected<InnerStack> load_inner_stack(Transfer& transfer, unsigned privilege)
{
    const auto read = read_stack_pointer(transfer, privilege);
    if (!read) return tl::unexpected{read.error()};
    const Selector selector = read->selector;
    if (selector.null()) return transfer.fault(x86::kInvalidTss);
    if (selector.rpl() != privilege) return transfer.fault(x86::kInvalidTss, selector.error_code());
    const auto segment = load_descriptor(transfer, selector, x86::kInvalidTss);
    if (!segment) return tl::unexpected{segment.error()};
    if (!is_writable_data(*segment) || segment->dpl != privilege) return transfer.fault(x86::kInvalidTss, selector.error_code());
    if (!segment->present) return transfer.fault(x86::kStackFault, selector.error_code());
    const auto marked = mark_descriptor(transfer, *segment, x86::kAccessed);
    if (!marked) return tl::unexpected{marked.error()};
    return InnerStack{*marked, read->pointer};
}

Expected<std::uint64_t> load_rsp(Transfer& transfer, unsigned privilege)
{
    constexpr std::uint32_t kRsp0 = 4;
    return load_from_tss<std::uint64_t>(transfer, kRsp0 + 8 * privilege);
}

Expected<std::uint64_t> load_ist(Transfer& transfer, unsigned number)
{
    constexpr std::uint32_t kIst1 = 36;
    return load_from_tss<std::uint64_t>(transfer, kIst1 + 8 * (number - 1));
}

}  // namespace husk::soft
