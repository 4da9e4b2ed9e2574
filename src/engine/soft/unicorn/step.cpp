// What Unicorn asks Emulator about memory and ports, and how a single instruction is run with the answers.
#include "engine/soft/unicorn/convert.hpp"
#include "engine/soft/unicorn/emulator.hpp"
#include "engine/soft/unicorn/failure.hpp"

#include <algorithm>

namespace husk::soft {

namespace {

constexpr std::uint64_t kTrap = Flags<x86::Rflags>{x86::Rflags::TF}.word();
constexpr std::uint64_t kVirtual8086 = Flags<x86::Rflags>{x86::Rflags::VM}.word();

Use use_of(uc_mem_type type)
{
    switch (type) {
        case UC_MEM_WRITE: return Use::Write;
        case UC_MEM_FETCH: return Use::Execute;
        default: return Use::Read;
    }
}

}  // namespace

bool Emulator::fill_tlb(std::uint64_t linear, uc_mem_type type, uc_tlb_entry& entry)
{
    if (way_ == Way::Idle) {
        entry = {.paddr = idle_page_.value, .perms = UC_PROT_ALL};
        return true;
    }
    // Declined, the guest is before the instruction, which step() then executes: so it goes on in any case.
    if (wanted_ && way_ == Way::Running) return false;
    context_.save();
    const Use use = use_of(type);
    const auto system = read_system(context_, layout_);
    auto page = translate(memory_, system, privilege_level(context_, layout_), linear / kPageSize * kPageSize, use);
    if (!page) return refuse(system, linear, page.error()), false;
    if (deny(page->at, use) || !may_fill(*page, use)) return false;
    entry.paddr = page->at.value;
    entry.perms = static_cast<uc_prot>(UC_PROT_READ | (page->write ? UC_PROT_WRITE : UC_PROT_NONE) |
                                       (page->execute ? UC_PROT_EXEC : UC_PROT_NONE));
    return true;
}

/// What is translated may still be nothing that run() can use, or not for all.
bool Emulator::may_fill(OpenPage& page, Use use)
{
    const bool running = way_ == Way::Running;
    if (!memory_.contains(page.at)) return !running;
    page.write = page.write && !memory_.denies(page.at, Use::Write);
    if (!code_pages_.contains(page.at)) return true;
    if (use != Use::Write) page.write = false;
    if (use == Use::Write && !running) code_pages_.watch(page.at);
    return use != Use::Write || !running;
}

bool Emulator::fetch(std::uint64_t physical)
{
    if (deny(GuestPhys{physical}, Use::Execute)) return false;
    if (!memory_.window(GuestPhys{physical}, 1)) {
        no_code_ = GuestPhys{physical};
        event_ = Event::NoCode;
        return false;
    }
    // A page that gets its first code may be writable in the TLB already: start again with an empty one.
    const bool writable = code_pages_.add(GuestPhys{physical / kPageSize * kPageSize});
    const Sites::Found found = look_for_sites(physical);
    if (!may_translate(found)) return false;
    again_ = again_ || writable || found.new_site || fills_buffer(found);
    return !again_;
}

/// step() executes what starts with a safe instruction.
bool Emulator::may_translate(const Sites::Found& found)
{
    if (found.unsafe)
        event_ = Event::Site;
    else if (found.step && way_ == Way::Running)
        event_ = Event::Slow;
    else
        return true;
    return false;
}

/// Called for every piece of code that Unicorn reads, looks through the code when it is a block's first.
Sites::Found Emulator::look_for_sites(std::uint64_t physical)
{
    context_.save();
    const auto system = read_system(context_, layout_);
    const std::uint64_t block = system.cs.base + context_.get<std::uint64_t>(layout_.rip);
    if ((block ^ physical) % kPageSize != 0) return {};
    heed_segments(system);
    return sites_.look_through(Linear{memory_, system}, block, x86::bits_of_code(system), rules_);
}

/// If the segments of `system`, which is in context_, forbid what those did not that code was translated under so far, it must be
/// looked through anew.
void Emulator::heed_segments(const x86::SystemRegisters& system)
{
    const bool virtual_8086 = (context_.get<std::uint64_t>(layout_.eflags) & kVirtual8086) != 0;
    const SegmentRules now{system, virtual_8086};
    if (rules_.cover(now)) return;
    rules_.add(now);
    again_ = stale_ = true;
}

/// An access to a hole. False makes Unicorn abandon the instruction.
bool Emulator::touch(const Access& access)
{
    if (way_ == Way::Running) {
        event_ = Event::Lost;
        return false;
    }
    if (is_inner(access)) return true;
    const Access* answered = accesses_.make(access);
    if (answered == nullptr) {
        event_ = Event::Access;
        return false;
    }
    const bool read = access.kind == Access::Kind::Read;
    if (read) reading_ = *answered;
    if (access.at % access.size != 0) outer_ = access;
    return true;
}

/// Unicorn reads what is not aligned as two aligned words around it, and writes it byte by byte, asking again for each.
bool Emulator::is_inner(const Access& access)
{
    if (!outer_ || access.kind != outer_->kind) return false;
    const std::uint64_t first = outer_->at - outer_->at % outer_->size;
    const std::uint64_t span = 2ull * outer_->size;
    const bool inner = access.at - first < span;
    const bool last = access.kind == Access::Kind::Read ? access.at != first : access.at + 1 == outer_->at + outer_->size;
    if (!inner || last) outer_.reset();
    return inner;
}

/// What the guest reads of a hole: of the access that touch() allowed, or nothing at all (a table of pages that is not there).
std::uint64_t Emulator::give(std::uint64_t physical, unsigned size) const
{
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
        if (!reading_ || !reading_->covers(physical + i)) continue;
        value |= std::to_integer<std::uint64_t>(reading_->data[physical + i - reading_->at]) << (8 * i);
    }
    return value;
}

std::uint32_t Emulator::port_in(std::uint16_t port, unsigned size)
{
    if (way_ == Way::Running) return leave_as(Event::Lost), 0;
    const Access* answered = accesses_.make({.kind = Access::Kind::PortIn, .at = port, .size = static_cast<std::uint8_t>(size)});
    std::uint32_t value = 0;
    if (answered != nullptr) std::memcpy(&value, answered->data.data(), sizeof value);
    return value;
}

void Emulator::port_out(std::uint16_t port, unsigned size, std::uint32_t value)
{
    if (way_ == Way::Running) return leave_as(Event::Lost);
    Access access{.kind = Access::Kind::PortOut, .at = port, .size = static_cast<std::uint8_t>(size)};
    std::memcpy(access.data.data(), &value, sizeof value);
    accesses_.make(access);
}

bool Emulator::traps()
{
    context_.save();
    return (context_.get<std::uint64_t>(layout_.eflags) & kTrap) != 0;
}

Emulator::Event Emulator::step(bool through)
{
    through_ = through;
    only_refusal_ = false;
    accesses_.restart();
    instruction_.save();
    instruction_.set(layout_.old_exception, kNoException);
    stepped_at_ = read_system(instruction_, layout_).cs.base + instruction_.get<std::uint64_t>(layout_.rip);
    const bool own_trap = (instruction_.get<std::uint64_t>(layout_.eflags) & kTrap) == 0;

    restore_with_trap();
    Event event = start(Way::Stepping);
    forget_changes(Way::Stepping);
    if (event == Event::Slow && only_refusal_) {
        event = raise_refusal();
    } else if (event == Event::Slow) {
        accesses_.restart();
        restore_with_trap();
        event = start(Way::Native);
        forget_changes(Way::Native);
    }
    return after_step(event, own_trap);
}

/// Unicorn does not know of changes to code that it has translated: see CodePages.
void Emulator::forget_changes(Way way)
{
    // Whatever its own MMU let the instruction write, it has not told.
    if (way == Way::Native && event_ == Event::Stepped) return forget_code();
    for (const auto& [at, size] : code_pages_.take_changes()) forget_code(at, size);
}

/// RFLAGS.TF makes Unicorn stop after one instruction, as it would a processor.
void Emulator::restore_with_trap()
{
    const auto flags = instruction_.get<std::uint64_t>(layout_.eflags);
    instruction_.set(layout_.eflags, flags | kTrap);
    instruction_.restore();
    instruction_.set(layout_.eflags, flags);
}

Emulator::Event Emulator::after_step(Event event, bool own_trap)
{
    const auto& fresh = accesses_.fresh();
    if (fresh && fresh->kind != Access::Kind::PortOut) event = Event::Access;
    context_.save();
    const bool moved = context_.get<std::uint64_t>(layout_.rip) != instruction_.get<std::uint64_t>(layout_.rip);
    if (event == Event::Stopped && moved) event = Event::Halted;
    // A load of SS holds the trap back: the instruction is done, and it is the next one that cannot be executed so.
    const bool at_next = event == Event::Site || event == Event::Invalid || event == Event::NoCode;
    if (at_next && moved) event = Event::Stepped;
    if (event != Event::Stepped && event != Event::Raised && event != Event::Halted) {
        instruction_.restore();
        return event;
    }
    if (own_trap) {
        hide_own_trap(event == Event::Raised);
    } else if (event == Event::Stepped) {
        raised_ = {.vector = 1};
        event = Event::Raised;
    }
    context_.set(layout_.old_exception, kNoException);
    context_.restore();
    return event;
}

}  // namespace husk::soft
