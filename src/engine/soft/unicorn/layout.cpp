#include "engine/soft/unicorn/layout.hpp"

#include "engine/soft/unicorn/context.hpp"
#include "engine/soft/unicorn/failure.hpp"

#include <husk/error.hpp>

#include <array>
#include <cerrno>
#include <optional>

namespace husk::soft {

namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

// Values that no fresh processor contains.
constexpr std::uint64_t kMark = 0x5EED'FACE'0BAD'C0D0;
enum Marked : std::uint64_t { Rip, Cr2, Dr0, FsBase, Ldt, Tr, Gdt, Idt, kMarks };

void require(bool as_expected)
{
    if (!as_expected)
        throw Error{"uc_context_save", ENOTSUP, "this Unicorn lays its registers out in an unknown way; 2.1.1 is known to work"};
}

void mark(uc_engine* engine, int reg, Marked which)
{
    const std::uint64_t value = kMark + which;
    check(uc_reg_write(engine, reg, &value), "uc_reg_write");
}

void mark_table(uc_engine* engine, int reg, Marked which)
{
    uc_x86_mmr table{};
    table.base = kMark + which;
    check(uc_reg_write(engine, reg, &table), "uc_reg_write");
}

/// Where each mark is. One pass, because it is made in every process.
class Marks {
public:
    explicit Marks(const Context& context)
    {
        for (std::size_t at = 0; at + kWord <= context.size(); ++at) {
            const std::uint64_t which = context.get<std::uint64_t>(at) - kMark;
            if (which >= found_.size()) continue;
            require(!found_.at(which));
            found_.at(which) = at;
        }
    }

    std::size_t find(Marked which) const
    {
        require(found_.at(which).has_value());
        return *found_.at(which);
    }

private:
    std::array<std::optional<std::size_t>, kMarks> found_;
};

Layout find_all(const Marks& marks)
{
    constexpr std::size_t kBase = offsetof(StoredSegment, base);
    Layout layout;
    layout.rip = marks.find(Rip);
    layout.eflags = layout.rip + kWord;
    layout.hflags = layout.eflags + 5 * kWord;  // after cc_dst, cc_src, cc_src2, and cc_op with df
    layout.ldt = marks.find(Ldt) - kBase;
    layout.tr = marks.find(Tr) - kBase;
    layout.gdt = marks.find(Gdt) - kBase;
    layout.idt = marks.find(Idt) - kBase;
    layout.segments = layout.ldt - 6 * sizeof(StoredSegment);
    layout.cr = layout.idt + sizeof(StoredSegment);
    layout.efer = layout.cr + 17 * kWord;  // after cr[5], a20_mask, bnd_regs[4], bndcs_regs, msr_bndcfgs
    const std::size_t dr0 = marks.find(Dr0);
    layout.dr6 = dr0 + 6 * kWord;
    layout.error_code = dr0 - 2 * kWord;
    layout.is_interrupt = layout.error_code + sizeof(std::int32_t);
    layout.old_exception = dr0 + 12 * kWord;  // after dr[8] and four pointers to breakpoints
    return layout;
}

void check_order(const Layout& layout, const Marks& marks)
{
    require(layout.tr == layout.ldt + sizeof(StoredSegment) && layout.gdt == layout.tr + sizeof(StoredSegment));
    require(layout.idt == layout.gdt + sizeof(StoredSegment));
    require(layout.segments == layout.hflags + kWord);  // hflags2 between them
    constexpr std::size_t kFs = 4;
    require(marks.find(FsBase) == layout.segments + kFs * sizeof(StoredSegment) + offsetof(StoredSegment, base));
    require(marks.find(Cr2) == layout.cr + 2 * kWord);
}

void check_values(const Layout& layout, const Context& fresh)
{
    constexpr std::uint64_t kLongMode = 1u << 10 | 1u << 8;                   // EFER.LMA, LME: Unicorn's 64-bit reset state
    constexpr std::uint32_t kLongModeHidden = 1u << 15 | 1u << 14 | 1u << 7;  // CS64, LMA, PE
    require(fresh.get<std::uint64_t>(layout.efer) == kLongMode);
    require((fresh.get<std::uint32_t>(layout.hflags) & kLongModeHidden) == kLongModeHidden);
    require(fresh.get<std::int32_t>(layout.old_exception) == kNoException);
    require(fresh.get<std::int32_t>(layout.error_code) == 0 && fresh.get<std::int32_t>(layout.is_interrupt) == 0);
}

Layout probe(uc_engine* engine)
{
    const Context fresh{engine};
    mark(engine, UC_X86_REG_RIP, Rip);
    mark(engine, UC_X86_REG_CR2, Cr2);
    mark(engine, UC_X86_REG_DR0, Dr0);
    mark(engine, UC_X86_REG_FS_BASE, FsBase);
    mark_table(engine, UC_X86_REG_LDTR, Ldt);
    mark_table(engine, UC_X86_REG_TR, Tr);
    mark_table(engine, UC_X86_REG_GDTR, Gdt);
    mark_table(engine, UC_X86_REG_IDTR, Idt);
    const Context marked{engine};
    fresh.restore();

    const Marks marks{marked};
    const Layout layout = find_all(marks);
    check_order(layout, marks);
    check_values(layout, fresh);
    return layout;
}

}  // namespace

const Layout& Layout::of(uc_engine* engine)
{
    static const Layout layout = probe(engine);
    return layout;
}

}  // namespace husk::soft
