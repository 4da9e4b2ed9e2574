#include "engine/soft/cpu/segment_rules.hpp"

#include "x86/descriptor.hpp"

#include <array>

namespace husk::soft {

namespace {

constexpr std::array kRegisters{&x86::SystemRegisters::es, &x86::SystemRegisters::cs, &x86::SystemRegisters::ss,
                                &x86::SystemRegisters::ds, &x86::SystemRegisters::fs, &x86::SystemRegisters::gs};

/// True if all of the first `limit + 1` bytes of `segment` may be read and written.
bool is_open(const x86::Segment& segment, std::uint32_t limit, bool protection)
{
    if (protection && (!segment.present || segment.unusable || !is_writable_data(segment))) return false;
    const bool expand_down = protection && (segment.type & x86::kExpandDown) != 0;
    return !expand_down && segment.limit >= limit;
}

}  // namespace

SegmentRules::SegmentRules(const x86::SystemRegisters& system, bool virtual_8086)
{
    if (x86::bits_of_code(system) == 64) return;
    constexpr std::uint32_t kNarrow = 0xFFFF, kWide = 0xFFFF'FFFF;
    const bool protection = system.cr0.has(x86::Cr0::PE) && !virtual_8086;
    for (unsigned i = 0; i < kRegisters.size(); ++i) {
        const x86::Segment& segment = system.*kRegisters.at(i);
        if (!is_open(segment, kNarrow, protection)) checked_narrow_ |= static_cast<SegmentIndex>(i);
        if (!is_open(segment, kWide, protection)) checked_wide_ |= static_cast<SegmentIndex>(i);
    }
    checked_stack_ = (system.ss.big ? checked_wide_ : checked_narrow_).has(SegmentIndex::Ss);
    loads_ = protection;
    switches_ = true;
}

bool SegmentRules::concern(const SegmentUse& use) const
{
    return (use.narrow ? checked_narrow_ : checked_wide_).meets(use.memory) || (use.stack && checked_stack_) ||
           (use.may_load && loads_) || (use.may_switch && switches_);
}

bool SegmentRules::cover(const SegmentRules& other) const
{
    return checked_narrow_.covers(other.checked_narrow_) && checked_wide_.covers(other.checked_wide_) &&
           checked_stack_ >= other.checked_stack_ && loads_ >= other.loads_ && switches_ >= other.switches_;
}

void SegmentRules::add(const SegmentRules& other)
{
    checked_narrow_ |= other.checked_narrow_;
    checked_wide_ |= other.checked_wide_;
    checked_stack_ |= other.checked_stack_;
    loads_ |= other.loads_;
    switches_ |= other.switches_;
}

}  // namespace husk::soft
