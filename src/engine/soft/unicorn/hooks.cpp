// Unicorn's way into Emulator. It calls plain functions, out of its own frames, which no exception may cross.
#include "engine/soft/unicorn/emulator.hpp"
#include "engine/soft/unicorn/failure.hpp"

namespace husk::soft {

struct Emulator::Hooks {
    /// Calls `body`; if that throws, keeps the exception for start(), stops, and gives `otherwise`.
    template <typename Result, typename Body>
    static Result guard(Emulator& emulator, Result otherwise, Body body) noexcept
    {
        try {
            return body();
        } catch (...) {
            if (!emulator.failure_) emulator.failure_ = std::current_exception();
            emulator.stop();
            return otherwise;
        }
    }
    static Emulator& self(void* data) { return *static_cast<Emulator*>(data); }

    static bool fill_tlb(uc_engine*, std::uint64_t linear, uc_mem_type type, uc_tlb_entry* entry, void* data)
    {
        return guard(self(data), false, [&] { return self(data).fill_tlb(linear, type, *entry); });
    }

    static bool memory(uc_engine*, uc_mem_type type, std::uint64_t physical, int size, std::int64_t value, void* data)
    {
        return guard(self(data), false, [&] {
            if (type == UC_MEM_FETCH_PROT || type == UC_MEM_FETCH_UNMAPPED) return self(data).fetch(physical);
            const bool write = type == UC_MEM_WRITE_PROT || type == UC_MEM_WRITE_UNMAPPED;
            Access access{
                .kind = write ? Access::Kind::Write : Access::Kind::Read, .at = physical, .size = static_cast<std::uint8_t>(size)};
            if (write) std::memcpy(access.data.data(), &value, sizeof value);
            return self(data).touch(access);
        });
    }

    static std::uint64_t hole(uc_engine*, std::uint64_t offset, unsigned size, void* data)
    {
        const Hole& hole = *static_cast<const Hole*>(data);
        return hole.emulator->give(hole.begin + offset, size);
    }

    static std::uint32_t port_in(uc_engine*, std::uint32_t port, int size, void* data)
    {
        return guard(self(data), 0u,
                     [&] { return self(data).port_in(static_cast<std::uint16_t>(port), static_cast<unsigned>(size)); });
    }

    static void port_out(uc_engine*, std::uint32_t port, int size, std::uint32_t value, void* data)
    {
        guard(self(data), true, [&] {
            self(data).port_out(static_cast<std::uint16_t>(port), static_cast<unsigned>(size), value);
            return true;
        });
    }

    static void interrupt(uc_engine*, std::uint32_t vector, void* data)
    {
        guard(self(data), true, [&] {
            self(data).interrupt(vector);
            return true;
        });
    }

    static void block(uc_engine*, std::uint64_t linear, std::uint32_t, void* data)
    {
        guard(self(data), true, [&] {
            self(data).begin_block(linear);
            return true;
        });
    }

    static bool invalid(uc_engine*, void*) { return false; }

    static void site(uc_engine*, std::uint64_t address, std::uint32_t, void* data) { self(data).at_site(address); }

    template <typename Function, typename... Instruction>
    static void add(Emulator& emulator, int type, Function* function, Instruction... instruction)
    {
        uc_hook hook{};
        check(uc_hook_add(emulator.engine_.get(), &hook, type, reinterpret_cast<void*>(function), &emulator, 1, 0, instruction...),
              "uc_hook_add");
    }
};

uc_cb_hookcode_t Emulator::site_hook()
{
    return &Hooks::site;
}

void Emulator::add_hooks()
{
    Hooks::add(*this, UC_HOOK_TLB_FILL, &Hooks::fill_tlb);
    Hooks::add(*this, UC_HOOK_MEM_INVALID, &Hooks::memory);
    Hooks::add(*this, UC_HOOK_INSN, &Hooks::port_in, static_cast<int>(UC_X86_INS_IN));
    Hooks::add(*this, UC_HOOK_INSN, &Hooks::port_out, static_cast<int>(UC_X86_INS_OUT));
    Hooks::add(*this, UC_HOOK_INTR, &Hooks::interrupt);
    Hooks::add(*this, UC_HOOK_INSN_INVALID, &Hooks::invalid);
    if (block_) Hooks::add(*this, UC_HOOK_BLOCK, &Hooks::block);
}

void Emulator::map_hole(std::uint64_t begin, std::uint64_t end)
{
    if (begin >= end) return;
    holes_.push_back(std::make_unique<Hole>(Hole{this, begin}));
    // Without rights, so that Unicorn calls memory() with the whole access first. What is allowed there goes on to hole(), which
    // sees it in pieces of at most 4 bytes; writes go nowhere.
    check(uc_mmio_map(engine_.get(), begin, end - begin, &Hooks::hole, holes_.back().get(), nullptr, nullptr), "uc_mmio_map");
    check(uc_mem_protect(engine_.get(), begin, end - begin, UC_PROT_NONE), "uc_mem_protect");
}

}  // namespace husk::soft
