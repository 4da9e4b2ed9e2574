#include "frozen_work.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace husk::bench {

namespace {

constexpr GuestPhys kPagesAt{0x10000};
constexpr std::uint64_t kWrittenFrom = 2_MiB;

Frozen freeze(std::uint64_t memory, std::uint64_t pages)
{
    Machine machine{{.memory = {{.base = {}, .size = memory}}, .engine = Engine::Kvm}};
    load_flat(machine, guest::calls());
    run_to_halt(machine);
    expect(machine.memory().store(kPagesAt, pages).has_value(), "writing the number of pages");
    return Frozen{machine, {.origin = "bench_calls", .point = "its first HLT"}};
}

void expect_written(const Machine& machine, std::uint64_t pages)
{
    // The first page holds how many there were to go: all of them.
    expect(machine.memory().load<std::uint64_t>(GuestPhys{kWrittenFrom}) == pages, "the call wrote nothing");
}

void expect_as_frozen(const Machine& machine)
{
    expect(machine.memory().load<std::uint64_t>(GuestPhys{kWrittenFrom}) == std::uint64_t{0}, "the guest was not reset");
}

}  // namespace

FrozenCalls::FrozenCalls(std::uint64_t memory, std::uint64_t pages)
    : memory_{memory}, pages_{pages}, kvm_{::open("/dev/kvm", O_RDWR | O_CLOEXEC)}
{
    if (kvm_ < 0) throw Error{"open /dev/kvm", errno};
    frozen_.emplace(freeze(memory, pages));
}

FrozenCalls::~FrozenCalls()
{
    if (warm_floor_) fork_destroy(&*warm_floor_);
    ::close(kvm_);
}

fork_origin FrozenCalls::origin() const
{
    const auto& registers = frozen_->state().registers;
    return {.kvm = kvm_, .memory = frozen_->memory().descriptor(), .size = memory_, .rip = registers.rip, .rsp = registers.rsp};
}

Nanoseconds FrozenCalls::first_call_on_husk()
{
    std::optional<Machine> machine;
    const auto took = timed([&] {
        machine.emplace(frozen_->thaw({.engine = Engine::Kvm}));
        run_to_halt(*machine);
    });
    expect_written(*machine, pages_);
    return took;
}

Nanoseconds FrozenCalls::first_call_on_floor()
{
    const fork_origin from = origin();
    fork_vm vm{};
    const auto took = timed([&] { fork_to_first_exit(&from, &vm); });
    std::uint64_t first = 0;
    std::memcpy(&first, vm.memory + kWrittenFrom, sizeof first);
    fork_destroy(&vm);
    expect(first == pages_, "the floor's call wrote nothing");
    return took;
}

Nanoseconds FrozenCalls::reset_on_husk()
{
    if (!warm_) warm_.emplace(frozen_->thaw({.engine = Engine::Kvm}));
    run_to_halt(*warm_);
    expect_written(*warm_, pages_);
    const auto took = timed([&] { frozen_->reset(*warm_); });
    expect_as_frozen(*warm_);
    return took;
}

Nanoseconds FrozenCalls::reset_on_floor()
{
    const fork_origin from = origin();
    if (!warm_floor_) fork_to_first_exit(&from, &warm_floor_.emplace());
    return timed([&] { fork_copy_back(&from, &*warm_floor_, kWrittenFrom, pages_); });
}

}  // namespace husk::bench
