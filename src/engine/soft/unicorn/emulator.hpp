#pragma once

#include "engine/soft/cpu/memory.hpp"
#include "engine/soft/cpu/system_call.hpp"
#include "engine/soft/cpu/translate.hpp"
#include "engine/soft/unicorn/accesses.hpp"
#include "engine/soft/unicorn/code_pages.hpp"
#include "engine/soft/unicorn/context.hpp"
#include "engine/soft/unicorn/layout.hpp"
#include "engine/soft/unicorn/sites.hpp"

#include <husk/x86.hpp>

#include <unicorn/unicorn.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace husk::soft {

/// Unicorn's processor over a guest's memory, run in two ways so that it always stops at an instruction boundary, with exact
/// registers:
///
/// - run() goes at full speed. Unicorn asks for each page that it uses the first time (its "virtual" TLB), and gets it if it is
///   memory that the guest may use so; else it stops before the instruction.
/// - step() executes that one instruction. What it reads or writes where there is no memory is an Access. If there is a fault in
///   it, it is executed once more with Unicorn's own MMU, which knows all there is to paging and raises the fault.
///
/// Between the two nothing is under way: registers may be read and written, and the emulator destroyed, at any time.
class Emulator {
public:
    /// Why run() or step() came back.
    enum class Event : std::uint8_t {
        Stopped,  ///< stop(), or for no reason
        Site,     ///< before IN, OUT, INS, OUTS or HLT and the like, whose fetch raised nothing
        Slow,     ///< run(): the next instruction needs a step()
        Stepped,  ///< step(): the instruction is done
        Access,   ///< step(): the instruction waits for accesses().fresh()
        Halted,   ///< HLT
        Raised,   ///< raised()
        Invalid,  ///< the next instruction is none that Unicorn knows
        Denied,   ///< the next instruction uses memory that is not the guest's to use so: denied()
        NoCode,   ///< the next instruction is at an address that is not memory: no_code()
        Lost,     ///< Unicorn did what it should have stopped before: a defect
    };

    /// What the guest raised.
    struct Raised {
        std::uint8_t vector = 0;
        std::uint32_t error_code = 0;
    };

    /// Memory that the guest may not use, or not write to.
    struct Denied {
        GuestPhys page;
        bool write = false;
    };

    /// Gives the guest all of `memory`, as far as its pieces allow, and makes all else a hole. What they allow may change between
    /// runs, but not where they are. run() heeds `wanted`: true means that it shall stop as soon as
    /// it can, whatever stop_soon() may have missed. `exact`: where that is, is then known exactly, which costs a call for each
    /// block of translated code that runs. Throws Error.
    Emulator(const Memory& memory, const std::atomic<bool>& wanted, bool exact = false);
    Emulator(const Emulator&) = delete;
    Emulator& operator=(const Emulator&) = delete;

    /// Unicorn's, "2.1.1".
    static std::string version();
    /// The bits of MXCSR that its processor has.
    static constexpr std::uint32_t kMxcsrMask = 0xFFFF;

    Event run();
    /// `through` executes also what is at a site.
    Event step(bool through = false);
    /// Makes run() come back. From any thread and from signal handlers. Without `exact` Unicorn may then give RIP as it was some
    /// blocks before.
    void stop_soon() noexcept
    {
        if (!block_) stop();
    }

    /// The host may have written to memory: forgets what was translated.
    void forget_code();
    /// `size` bytes of memory at `at` were written to, not by the guest's own instructions. They lie in one page.
    void forget_code(GuestPhys at, std::uint64_t size);
    /// The same of any memory, whoever changed it.
    void forget_code_in(GuestPhys base, std::uint64_t size);
    /// There is no site at the instruction pointer any more.
    void forget_site();

    /// Linear addresses before whose instructions run() comes back with Event::Site.
    void set_breakpoints(std::vector<std::uint64_t> at);
    /// True if there is one at the instruction pointer.
    bool at_breakpoint();

    /// What the segments forbid that code has been translated under so far.
    const SegmentRules& segment_rules() const { return rules_; }
    Accesses& accesses() { return accesses_; }
    const Raised& raised() const { return raised_; }
    GuestPhys no_code() const { return no_code_; }
    const Denied& denied() const { return denied_; }

    x86::Registers registers();
    void set_registers(const x86::Registers& registers);
    x86::SystemRegisters system_registers();
    void set_system_registers(const x86::SystemRegisters& system);
    SystemCallRegisters system_call_registers();
    /// All but XCR0, to which Unicorn's interface gives no access.
    x86::ModelRegisters model_registers();
    void set_model_registers(const x86::ModelRegisters& model);
    /// x87 and SSE as FXSAVE stores them, and the header of XSAVE's area: x86::VectorState::kLegacySize bytes.
    std::vector<std::byte> vector_state();
    /// `image` must be sound.
    void set_vector_state(std::span<const std::byte> image);
    /// DR0 to DR7, without a breakpoint being set.
    void set_debug_register(unsigned number, std::uint64_t value);
    /// The privilege level that the guest's code runs at.
    unsigned privilege();
    /// The bytes of the next instruction, put into `bytes`, as many as are mapped and memory.
    std::span<const std::byte> code_at_hand(std::span<std::byte> bytes);
    /// True if the guest has itself interrupted after each instruction (RFLAGS.TF): for step(), not run().
    bool traps();

private:
    struct Close {
        void operator()(uc_engine* engine) const { uc_close(engine); }
    };
    enum class Way : std::uint8_t { Idle, Running, Stepping, Native };
    /// What lies between two regions of memory: where Unicorn asks give().
    struct Hole {
        const Emulator* emulator;
        std::uint64_t begin;
    };

    struct Hooks;  // Unicorn's way in: hooks.cpp
    void add_hooks();
    void stop() noexcept { uc_emu_stop(engine_.get()); }
    void begin_block(std::uint64_t linear);
    static uc_cb_hookcode_t site_hook();
    bool fill_tlb(std::uint64_t linear, uc_mem_type type, uc_tlb_entry& entry);
    bool may_fill(OpenPage& page, Use use);
    bool deny(GuestPhys at, Use use);
    void refuse(const x86::SystemRegisters& system, std::uint64_t linear, const x86::Exception& fault);
    bool fetch(std::uint64_t physical);
    bool touch(const Access& access);
    bool is_inner(const Access& access);
    std::uint64_t give(std::uint64_t physical, unsigned size) const;
    std::uint32_t port_in(std::uint16_t port, unsigned size);
    void port_out(std::uint16_t port, unsigned size, std::uint32_t value);
    void interrupt(std::uint32_t vector);
    void at_site(std::uint64_t address);

    Event start(Way way);
    Event start_once(Way way);
    void map();
    void map_hole(std::uint64_t begin, std::uint64_t end);
    Sites::Found look_for_sites(std::uint64_t physical);
    void heed_segments(const x86::SystemRegisters& system);
    bool may_translate(const Sites::Found& found);
    void leave_as(Event event);
    Event raise_refusal();
    void restore_with_trap();
    Event after_step(Event event, bool own_trap);
    void hide_own_trap(bool faulted);
    void forget_exception();
    void forget_changes(Way way);
    bool fills_buffer(const Sites::Found& found);

    std::unique_ptr<uc_engine, Close> engine_;
    const Layout& layout_;
    const std::atomic<bool>& wanted_;
    const Memory& memory_;
    std::vector<std::unique_ptr<Hole>> holes_;
    Sites sites_;
    CodePages code_pages_;
    GuestPhys idle_page_;           // what Unicorn finds everywhere while the guest is not running
    Context context_;               // scratch
    Context instruction_;           // step(): the state before it
    std::optional<Context> block_;  // only if exact: the state before begin_block()
    Accesses accesses_;
    std::optional<Access> reading_;  // what give() gives
    std::optional<Access> outer_;    // an unaligned access, while its parts are still to come
    Way way_ = Way::Idle;
    bool through_ = false;
    bool at_block_ = false;         // block_ is where the guest may be
    std::uint64_t stepped_at_ = 0;  // step(): the linear address of its instruction
    Event event_ = Event::Stopped;
    Raised raised_;
    GuestPhys no_code_;
    Denied denied_;
    x86::Exception refusal_;     // why fill_tlb() declined
    bool only_refusal_ = false;  // Unicorn's own MMU must not be asked for it
    std::uint64_t cr8_ = 0;
    bool translated_ = false;            // there is code to forget
    std::uint64_t translated_size_ = 0;  // at most, of all since the code buffer was empty
    bool again_ = false;                 // a site was found too late for this translation
    bool stale_ = false;                 // or for all of them
    SegmentRules rules_;
    std::exception_ptr failure_;  // thrown in a hook, which Unicorn's frames would not survive
};

}  // namespace husk::soft
