#include "hostile/guest.hpp"

#include "hostile/code.hpp"
#include "support/guards.hpp"

#include "base/match.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>

namespace husk::hostile {

namespace {

namespace exits = engine::exits;

constexpr unsigned kMostExits = 60;
constexpr unsigned kShortLife = 4;

constexpr std::array kNearMemory{
    MemoryRegion{.base = {}, .size = kMemorySize},
    MemoryRegion{.base = GuestPhys{1_MiB}, .size = 64_KiB},
};
constexpr std::array kDistantMemory{
    kNearMemory[0],
    kNearMemory[1],
    MemoryRegion{.base = GuestPhys{4_GiB - 64_KiB}, .size = 128_KiB},
    MemoryRegion{.base = GuestPhys{(1ull << 40) - 64_KiB}, .size = 128_KiB},
    MemoryRegion{.base = GuestPhys{(1ull << 52) - 64_KiB}, .size = 64_KiB},
};

void require(bool holds, const char* rule)
{
    if (!holds) throw std::runtime_error{rule};
}

class Guest {
public:
    Guest(std::span<const std::byte> bytes, std::unique_ptr<engine::Vm> vm)
        : start_{static_cast<Start>(std::to_integer<std::size_t>(bytes[0]) % kStarts)},
          habits_{std::to_integer<unsigned>(bytes[1])},
          random_{seed(bytes)},
          memory_{has(Habit::DistantMemory) ? std::span<const MemoryRegion>{kDistantMemory} : kNearMemory},
          guards_{memory_},
          vm_{std::move(vm)}
    {
        x86::State state = set_up(memory_, start_, bytes.subspan(kHeader), random_);
        if (has(Habit::SpoilTables)) spoil_tables(memory_, random_);
        if (has(Habit::Trap)) state.registers.rflags |= x86::Rflags::TF;
        vm_->map(memory_);
        write(state.system);
        cpu().set_registers(state.registers);
    }

    void live(const Life& life)
    {
        if (life.born) life.born(cpu());
        const auto deadline = std::chrono::steady_clock::now() + life.time;
        unsigned left = has(Habit::ShortLife) ? static_cast<unsigned>(random_.below(kShortLife)) : kMostExits;
        bool alive = true;
        while (alive && left > 0 && std::chrono::steady_clock::now() < deadline) {
            const engine::Entered entered{cpu(), deadline};
            for (unsigned stay = 1 + static_cast<unsigned>(random_.below(8)); alive && stay > 0 && left > 0; --stay, --left) {
                alive = go_on();
            }
            if (has(Habit::Meddle)) meddle();
        }
    }

private:
    static std::uint64_t seed(std::span<const std::byte> bytes)
    {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data() + 2, sizeof value);
        return value;
    }
    bool has(Habit habit) const { return (habits_ & static_cast<unsigned>(habit)) != 0; }
    engine::Vcpu& cpu() { return vm_->vcpu(); }

    /// The engine may refuse registers that make no sense, with an error; the guest then goes on with those it has.
    void write(const x86::SystemRegisters& system)
    {
        try {
            cpu().set_system_registers(system);
        } catch (const Error&) {
            require(start_ == Start::Nonsense || has(Habit::SpoilSystem), "registers that make sense are taken");
        }
    }

    /// To the next exit. False if it is the guest's last.
    bool go_on()
    {
        auto exit = cpu().run();
        const bool alive = answer(exit);
        if (has(Habit::Settle) && random_.one_in(2)) cpu().settle();
        check();
        if (has(Habit::Rewrite) && random_.one_in(2)) rewrite();
        if (has(Habit::SpoilSystem) && random_.one_in(4)) {
            auto system = cpu().system_registers();
            spoil(system, random_);
            write(system);
        }
        return alive || (has(Habit::Rewrite) && random_.one_in(2));
    }

    bool answer(engine::Exit& exit)
    {
        const auto fill = [this](std::span<std::byte> data) {
            for (std::byte& each : data) each = static_cast<std::byte>(random_.next());
        };
        const auto take = [this](std::span<const std::byte> data) {
            for (const std::byte each : data) seen_ += std::to_integer<std::uint64_t>(each);
        };
        return std::visit(match{
                              [&](exits::PortIn& in) { return require_size(in.data, in.width), fill(in.data), true; },
                              [&](exits::PortOut& out) { return require_size(out.data, out.width), take(out.data), true; },
                              [&](exits::MmioRead& read) { return hole(read.at, read.data), fill(read.data), true; },
                              [&](exits::MmioWrite& written) { return hole(written.at, written.data), take(written.data), true; },
                              [](exits::Halt&) { return true; },
                              [](exits::Shutdown&) { return false; },
                              [](exits::Exception&) { return false; },
                              [](exits::CannotExecute& lack) { return require(!lack.reason.empty(), "a reason is named"), false; },
                              [](exits::MemoryFault&) { return false; },
                              [](exits::Interrupted&) { return false; },
                              [](exits::Debug&) { return false; },
                          },
                          exit);
    }

    static void require_size(std::span<const std::byte> data, std::uint8_t width)
    {
        require((width == 1 || width == 2 || width == 4) && !data.empty() && data.size() % width == 0, "ports have whole items");
    }
    /// What a device sees is not memory, at least not all of it.
    void hole(GuestPhys at, std::span<const std::byte> data) const
    {
        require(!data.empty() && data.size() <= 8, "an access to a device is of at most 8 bytes");
        require(!memory_.window(at, data.size()), "memory is no device");
    }

    /// What must hold at every exit.
    void check()
    {
        const x86::Registers registers = cpu().registers();
        const x86::SystemRegisters system = cpu().system_registers();
        require(registers == cpu().registers() && system == cpu().system_registers(), "reading changes nothing");
        require(registers.rflags.has(x86::Rflags::One), "bit 1 of RFLAGS is set");
        if (!system.efer.has(x86::Efer::LMA) && registers.rip >> 32 != 0) {
            throw std::runtime_error{
                fmt::format("RIP has 32 bits outside of long mode: {:#x}, CR0 {:#x}, EFER {:#x}, CS base {:#x}", registers.rip,
                            system.cr0.word(), system.efer.word(), system.cs.base)};
        }
    }

    void rewrite()
    {
        x86::Registers registers = cpu().registers();
        registers.rip = random_.one_in(2) ? kCode + random_.below(64) : registers.rip;
        if (random_.one_in(8)) registers.rip = likely_value(random_);
        registers.rsp = random_.one_in(2) ? kStackEnd : likely_value(random_);
        registers.rcx = likely_value(random_);
        if (random_.one_in(2)) registers.rflags = Flags<x86::Rflags>{random_.next()};
        cpu().set_registers(registers);
    }

    void meddle()
    {
        for (std::uint64_t left = random_.below(16); left > 0; --left)
            static_cast<void>(memory_.store(GuestPhys{random_.below(kMemorySize)}, static_cast<std::byte>(random_.next())));
    }

    Start start_;
    unsigned habits_;
    Random random_;
    GuestMemory memory_;
    test::Guards guards_;
    std::unique_ptr<engine::Vm> vm_;
    std::uint64_t seen_ = 0;
};

}  // namespace

std::vector<std::byte> random_guest(Start start, std::uint64_t seed)
{
    Random random{seed * kStarts + static_cast<std::uint64_t>(start)};
    std::vector<std::byte> guest{static_cast<std::byte>(start), static_cast<std::byte>(random.next() & random.next())};
    for (std::size_t i = 2; i < kHeader; ++i) guest.push_back(static_cast<std::byte>(random.next()));
    std::ranges::copy(random_code(random, bits(start)), std::back_inserter(guest));
    return guest;
}

void run(std::span<const std::byte> guest, std::unique_ptr<engine::Vm> (&make)(), const Life& life)
{
    if (guest.size() < kHeader) return;
    Guest{guest, make()}.live(life);
}

}  // namespace husk::hostile
