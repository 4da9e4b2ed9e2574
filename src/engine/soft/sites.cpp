#include "engine/soft/sites.hpp"

#include "engine/soft/failure.hpp"
#include "engine/soft/site_instruction.hpp"

#include <husk/error.hpp>

#include <cerrno>
#include <span>

namespace husk::soft {

namespace {

constexpr std::size_t kChunk = 64;        // bytes read at a time: most blocks are shorter
constexpr std::size_t kFarthest = 4096;   // no block of Unicorn's is longer
constexpr std::size_t kMostSites = 4096;  // Unicorn compares each instruction it translates with each

const std::uint8_t* to_bytes(const std::byte* bytes)
{
    return reinterpret_cast<const std::uint8_t*>(bytes);
}

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

Sites::~Sites()
{
    if (instruction_ != nullptr) cs_free(instruction_, 1);
    for (csh& handle : disassemblers_)
        if (handle != 0) cs_close(&handle);
}

csh Sites::disassembler(unsigned bits)
{
    csh& handle = disassemblers_[bits / 32];  // 16, 32, 64 → 0, 1, 2
    if (handle == 0) {
        const cs_mode mode = bits == 64 ? CS_MODE_64 : bits == 32 ? CS_MODE_32 : CS_MODE_16;
        if (cs_open(CS_ARCH_X86, mode, &handle) != CS_ERR_OK) throw Error{"cs_open", ENOMEM};
    }
    if (instruction_ == nullptr) instruction_ = cs_malloc(handle);
    return handle;
}

bool Sites::look_through(const Linear& memory, std::uint64_t from, unsigned bits)
{
    const csh handle = disassembler(bits);
    bool first_is_new = false;
    Code code{memory, from};
    for (std::size_t offset = 0; offset < kFarthest; offset += instruction_->size) {
        const auto rest = code.at(offset);
        if (decode_site_instruction(rest, bits) && add(from + offset)) first_is_new |= offset == 0;

        const std::uint8_t* bytes = to_bytes(rest.data());
        std::size_t left = rest.size();
        std::uint64_t address = from + offset;
        if (!cs_disasm_iter(handle, &bytes, &left, &address, instruction_)) break;
        if (ends_block(rest.first(instruction_->size), bits)) break;
    }
    return first_is_new;
}

bool Sites::add(std::uint64_t address)
{
    const auto [entry, added] = hooks_.try_emplace(address);
    if (added) {
        check(uc_hook_add(engine_, &entry->second, UC_HOOK_CODE, reinterpret_cast<void*>(stop_), data_, address, address),
              "uc_hook_add");
    }
    return added;
}

void Sites::forget(std::uint64_t address)
{
    const auto found = hooks_.find(address);
    if (found == hooks_.end()) return;
    uc_hook_del(engine_, found->second);
    hooks_.erase(found);
}

void Sites::trim()
{
    if (hooks_.size() < kMostSites) return;
    for (const auto& [address, hook] : hooks_) uc_hook_del(engine_, hook);
    hooks_.clear();
    check(uc_ctl_flush_tb(engine_), "uc_ctl_flush_tb");
}

}  // namespace husk::soft
