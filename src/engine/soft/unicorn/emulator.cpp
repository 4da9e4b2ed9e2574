#include "engine/soft/unicorn/emulator.hpp"

#include "engine/soft/cpu/linear.hpp"
#include "engine/soft/unicorn/convert.hpp"
#include "engine/soft/unicorn/failure.hpp"
#include "x86/vector_state.hpp"
#include "x86/walk.hpp"

#include <fmt/format.h>

namespace husk::soft {

namespace {

constexpr std::uint64_t kEndOfPhysical = 1ull << 52;
// Unicorn reserves 1 GiB of address space for translated code if not told otherwise.
constexpr std::uint32_t kCodeBuffer = 64u << 20;

uc_engine* open()
{
    uc_engine* engine = nullptr;
    check(uc_open(UC_ARCH_X86, UC_MODE_64, &engine), "uc_open");
    return engine;
}

uc_engine* prepare(uc_engine* engine)
{
    // The richest of Unicorn's models without SVM, whose instructions would run guests inside Unicorn's processor. CPUID shows what
    // of it Unicorn can do. Its maker's rules hold: SYSCALL is 64-bit code's alone.
    check(uc_ctl_set_cpu_model(engine, UC_CPU_X86_BROADWELL), "uc_ctl_set_cpu_model");
    check(uc_ctl_set_tcg_buffer_size(engine, kCodeBuffer), "uc_ctl_set_tcg_buffer_size");
    // The guest ends by HLT and the like, not at an address: enabled and never set, there is no address to end at.
    check(uc_ctl_exits_enable(engine), "uc_ctl_exits_enable");
    return engine;
}

}  // namespace

Emulator::Emulator(const Memory& memory, const std::atomic<bool>& wanted, bool exact)
    : engine_{open()},
      layout_{Layout::of(prepare(engine_.get()))},
      wanted_{wanted},
      memory_{memory},
      sites_{engine_.get(), site_hook(), this},
      code_pages_{memory},
      context_{engine_.get()},
      instruction_{engine_.get()}
{
    if (exact) block_.emplace(engine_.get());
    add_hooks();
    map();
    // Unicorn starts with eight zeros on the stack of x87, and with control words of zero. SDM Vol. 3A, "Processor State After
    // Reset" (10.1.1, table 10-1); x87's control word as FNINIT leaves it, which is what KVM starts with.
    const std::uint16_t empty = 0xFFFF;
    check(uc_reg_write(engine_.get(), UC_X86_REG_FPTAG, &empty), "uc_reg_write");
    check(uc_reg_write(engine_.get(), UC_X86_REG_FPCW, &x86::kInitialFcw), "uc_reg_write");
    check(uc_reg_write(engine_.get(), UC_X86_REG_MXCSR, &x86::kInitialMxcsr), "uc_reg_write");
}

std::string Emulator::version()
{
    unsigned major = 0;
    unsigned minor = 0;
    const unsigned whole = uc_version(&major, &minor);
    return fmt::format("{}.{}.{}", major, minor, whole >> 8 & 0xFF);
}

void Emulator::map()
{
    if (!memory_.pieces().empty()) idle_page_ = memory_.pieces().begin()->first;
    std::uint64_t hole = 0;
    const auto& pieces = memory_.pieces();
    for (auto piece = pieces.begin(); piece != pieces.end();) {
        const std::uint64_t begin = piece->first.value;
        std::byte* const host = piece->second.host.data();
        // Pieces that only rights tell apart are one to Unicorn, which asks for them page by page.
        std::uint64_t size = 0;
        for (; piece != pieces.end() && piece->first.value == begin + size && piece->second.host.data() == host + size; ++piece)
            size += piece->second.host.size();
        map_hole(hole, begin);
        // Not executable, which is not for the guest to feel: Unicorn calls fetch() for all code that it translates.
        check(uc_mem_map_ptr(engine_.get(), begin, size, UC_PROT_READ | UC_PROT_WRITE, host), "uc_mem_map_ptr");
        hole = begin + size;
    }
    map_hole(hole, kEndOfPhysical);
}

Emulator::Event Emulator::run()
{
    sites_.trim();
    through_ = false;
    const Event event = start(Way::Running);
    if (event == Event::Raised) forget_exception();
    return event;
}

Emulator::Event Emulator::start(Way way)
{
    context_.save();
    heed_segments(read_system(context_, layout_));
    for (;;) {
        if (std::exchange(stale_, false)) forget_code();
        again_ = false;
        const Event event = start_once(way);
        if (!again_) return event;
        if (wanted_) return Event::Stopped;
    }
}

Emulator::Event Emulator::start_once(Way way)
{
    event_ = Event::Stopped;
    outer_.reset();
    reading_.reset();
    translated_ = true;
    check(uc_ctl_tlb_mode(engine_.get(), way == Way::Native ? UC_TLB_CPU : UC_TLB_VIRTUAL), "uc_ctl_tlb_mode");
    // With an empty TLB the first thing that happens is fill_tlb() for the first instruction. That is where a stop is noticed that
    // came before uc_emu_start() forgot all earlier ones.
    check(uc_ctl_flush_tlb(engine_.get()), "uc_ctl_flush_tlb");
    std::uint64_t rip = 0;
    check(uc_reg_read(engine_.get(), UC_X86_REG_RIP, &rip), "uc_reg_read");

    way_ = way;
    at_block_ = false;
    const uc_err result = uc_emu_start(engine_.get(), rip, 0, 0, 0);
    way_ = Way::Idle;
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if (result == UC_ERR_OK && event_ == Event::Stopped && at_block_) block_->restore();
    switch (result) {
        case UC_ERR_OK:
        case UC_ERR_FETCH_PROT:
        case UC_ERR_READ_PROT:
        case UC_ERR_WRITE_PROT: return event_;
        case UC_ERR_EXCEPTION: return event_ == Event::Stopped ? Event::Slow : event_;  // fill_tlb() declined
        case UC_ERR_INSN_INVALID: return Event::Invalid;
        default: return Event::Lost;
    }
}

/// Ends uc_emu_start() from within a hook.
void Emulator::leave_as(Event event)
{
    event_ = event;
    stop();
}

/// A block is about to run, at exact registers but for RIP, and the guest shall stop. Nothing keeps Unicorn from running the block,
/// and where it stops behind it, it does not always tell: a jump to a block that it knows leaves RIP as it was. So the first access
/// to memory is made to ask fill_tlb(), which declines: then the guest is before that instruction. A block that makes none changes
/// nothing but registers: it will be as if it had not run.
void Emulator::begin_block(std::uint64_t linear)
{
    if (!wanted_ || way_ != Way::Running) return;
    block_->save();
    const std::uint64_t base = read_system(*block_, layout_).cs.base;
    block_->set(layout_.rip, linear - base);
    at_block_ = true;
    check(uc_ctl_flush_tlb(engine_.get()), "uc_ctl_flush_tlb");
    stop();
}

void Emulator::at_site(std::uint64_t address)
{
    // Not the instruction behind a load of SS, which holds back step()'s trap.
    if (through_ && address == stepped_at_) return;
    if (sites_.is_for_wide_rax(address)) {
        std::uint64_t rax = 0;
        uc_reg_read(engine_.get(), UC_X86_REG_RAX, &rax);
        if (rax >> 32 == 0) return;
    }
    leave_as(Event::Site);
}

void Emulator::interrupt(std::uint32_t vector)
{
    constexpr std::uint32_t kVectors = 256;
    context_.save();
    // INT n, INT3 and INTO are at sites.
    const bool software = context_.get<std::int32_t>(layout_.is_interrupt) != 0;
    if (vector >= kVectors || software) return leave_as(Event::Lost);
    if (way_ != Way::Running && vector == x86::kDebugException) return leave_as(Event::Stepped);
    raised_ = {.vector = static_cast<std::uint8_t>(vector), .error_code = context_.get<std::uint32_t>(layout_.error_code)};
    leave_as(Event::Raised);
}

/// QEMU makes a double fault of a page fault after a page fault, unless it delivered the first itself.
void Emulator::forget_exception()
{
    context_.save();
    context_.set(layout_.old_exception, kNoException);
    context_.restore();
}

/// Unicorn 2.1.1 does not survive that its code buffer is full: it must be emptied before. True if what is about to be translated
/// has to wait for that.
bool Emulator::fills_buffer(const Sites::Found& found)
{
    constexpr std::uint64_t kMostOfOne = 512;  // bytes; few instructions are translated to half as many
    translated_size_ += found.instructions * kMostOfOne;
    stale_ = stale_ || translated_size_ > kCodeBuffer;
    return translated_size_ > kCodeBuffer;
}

void Emulator::forget_code()
{
    if (!translated_) return;
    // To forget everything clears the whole code buffer, which takes longer than most guests run and makes it all resident.
    constexpr std::size_t kFew = 256;
    if (code_pages_.all().size() > kFew || translated_size_ > kCodeBuffer) {
        check(uc_ctl_flush_tb(engine_.get()), "uc_ctl_flush_tb");
        translated_size_ = 0;
    } else {
        for (const std::uint64_t page : code_pages_.all()) forget_code(GuestPhys{page}, kPageSize);
    }
    code_pages_.clear();
    translated_ = false;
}

void Emulator::forget_code(GuestPhys at, std::uint64_t size)
{
    const GuestPhys page{at.value / kPageSize * kPageSize};
    if (!code_pages_.contains(page)) return;
    idle_page_ = page;
    check(uc_ctl_flush_tlb(engine_.get()), "uc_ctl_flush_tlb");
    check(uc_ctl_remove_cache(engine_.get(), at.value, at.value + size), "uc_ctl_remove_cache");
}

void Emulator::forget_code_in(GuestPhys base, std::uint64_t size)
{
    for (const std::uint64_t page : code_pages_.all())
        if (page - base.value < size) forget_code(GuestPhys{page}, kPageSize);
}

void Emulator::set_breakpoints(std::vector<std::uint64_t> at)
{
    forget_code();
    sites_.set_breakpoints(std::move(at));
}

bool Emulator::at_breakpoint()
{
    context_.save();
    return sites_.is_breakpoint(read_system(context_, layout_).cs.base + context_.get<std::uint64_t>(layout_.rip));
}

void Emulator::forget_site()
{
    context_.save();
    const auto system = read_system(context_, layout_);
    sites_.forget(system.cs.base + context_.get<std::uint64_t>(layout_.rip));
}

std::span<const std::byte> Emulator::code_at_hand(std::span<std::byte> bytes)
{
    context_.save();
    const auto system = read_system(context_, layout_);
    const auto at = x86::linear_address(system, &x86::SystemRegisters::cs, context_.get<std::uint64_t>(layout_.rip));
    return bytes.first(Linear{memory_, system}.read(at.value, bytes));
}

}  // namespace husk::soft
