#include "engine/soft/unicorn/sites.hpp"

#include "engine/soft/decode/length.hpp"
#include "engine/soft/decode/misread.hpp"
#include "engine/soft/decode/site_instruction.hpp"
#include "engine/soft/unicorn/failure.hpp"

#include <array>
#include <span>

namespace husk::soft {

namespace {

constexpr std::size_t kChunk = 64;        // bytes read at a time: most blocks are shorter
constexpr std::size_t kFarthest = 4096;   // no block of Unicorn's is longer
constexpr std::size_t kMostSites = 4096;  // Unicorn compares each instruction it translates with each

/// A window on code that slides forward.
class Code {
public:
    Code(const Linear& memory, std::uint64_t at) : memory_{memory}, at_{at} {}

    /// The bytes from `offset` on: an instruction's worth, unless memory ends before.
    std::span<const std::byte> at(std::size_t offset)
    {
        if (offset < begin_ || end_ - offset < kLongestInstruction || end_ < offset) {
            begin_ = offset;
            end_ = offset + memory_.read(at_ + offset, bytes_);
        }
        return std::span{bytes_}.subspan(offset - begin_, end_ - offset);
    }

private:
    const Linear& memory_;
    std::uint64_t at_;
    std::array<std::byte, kChunk> bytes_{};
    std::size_t begin_ = 0, end_ = 0;
};

}  // namespace

Sites::Found Sites::look_through(const Linear& memory, std::uint64_t from, unsigned bits, const SegmentRules& rules)
{
    Found found;
    Code code{memory, from};
    unsigned temporaries = 0;
    for (std::size_t offset = 0; offset < kFarthest;) {
        const bool first = offset == 0;
        const auto rest = code.at(offset);
        const auto site = decode_site_instruction(rest, bits);
        if (site && is_unsafe(*site)) {
            (first ? found.unsafe : found.step) = true;
            break;
        }
        const bool compares = site && site->kind == SiteInstruction::Kind::CompareExchange && site->in_memory;
        const bool for_wide_rax = compares && !is_breakpoint(from + offset);
        const bool stop = site || is_misread(rest, bits) || rules.concern(rest, bits) || is_breakpoint(from + offset);
        if (stop && add(from + offset, for_wide_rax) && first) found.new_site = true;
        temporaries += temporaries_of(rest, bits);
        const auto length = instruction_length(rest, bits);
        if (!length || temporaries > kMostTemporaries) {
            found.step = true;
            break;
        }
        ++found.instructions;
        if (ends_block(rest.first(*length), bits)) break;
        offset += *length;
    }
    return found;
}

bool Sites::add(std::uint64_t address, bool for_wide_rax)
{
    const auto [entry, added] = hooks_.try_emplace(address);
    entry->second.for_wide_rax = for_wide_rax;
    if (added) {
        check(uc_hook_add(engine_, &entry->second.hook, UC_HOOK_CODE, reinterpret_cast<void*>(stop_), data_, address, address),
              "uc_hook_add");
    }
    return added;
}

void Sites::forget(std::uint64_t address)
{
    const auto found = hooks_.find(address);
    if (found == hooks_.end()) return;
    uc_hook_del(engine_, found->second.hook);
    hooks_.erase(found);
}

bool Sites::is_for_wide_rax(std::uint64_t address) const
{
    const auto found = hooks_.find(address);
    return found != hooks_.end() && found->second.for_wide_rax;
}

void Sites::trim()
{
    if (hooks_.size() < kMostSites) return;
    for (const auto& [address, site] : hooks_) uc_hook_del(engine_, site.hook);
    hooks_.clear();
    check(uc_ctl_flush_tb(engine_), "uc_ctl_flush_tb");
}

}  // namespace husk::soft
