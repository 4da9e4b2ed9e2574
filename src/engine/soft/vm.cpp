#include "engine/soft/vm.hpp"

#include "engine/soft/vcpu.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <stdexcept>

#if defined(__SANITIZE_ADDRESS__)
/// uc_close() of Unicorn 2.1.1 forgets one array of 32 bytes.
extern "C" __attribute__((weak)) const char* __lsan_default_suppressions()
{
    return "leak:g_array_new\n";
}
#endif

namespace husk::soft {

namespace {

class Vm final : public engine::Vm {
public:
    void map(const GuestMemory& memory) override
    {
        if (vcpu_) throw std::invalid_argument{"the software engine takes memory only before its processor is made"};
        memory_ = &memory;
    }

    void add_memory(GuestPhys, std::span<std::byte>, bool) override { refuse("memory beside map()"); }
    void remove_memory(GuestPhys, std::uint64_t) override { refuse("memory beside map()"); }
    bool follows_host_mappings() const override { return false; }
    void protect(GuestPhys, std::uint64_t, engine::Access) override { refuse("memory beside map()"); }
    std::unique_ptr<engine::Vcpu> add_vcpu() override { refuse("more than one processor"); }
    /// It has none.
    void keep_descriptors_above(int) override {}

    /// An exit costs this engine too little to gather for.
    void gather_writes(std::uint16_t) override {}

    engine::Vcpu& vcpu() override
    {
        if (memory_ == nullptr) throw std::invalid_argument{"a processor needs memory: map() first"};
        if (!vcpu_) vcpu_.emplace(*memory_);
        return *vcpu_;
    }

private:
    [[noreturn]] static void refuse(const char* what)
    {
        throw Error{"software engine", ENOTSUP, fmt::format("the software engine has not {}", what)};
    }

    const GuestMemory* memory_ = nullptr;
    std::optional<Vcpu> vcpu_;
};

}  // namespace

std::unique_ptr<engine::Vm> make_vm()
{
    return std::make_unique<Vm>();
}

std::string version()
{
    return Emulator::version();
}

}  // namespace husk::soft
