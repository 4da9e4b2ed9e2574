// The input is a list of system calls with their arguments and what is put into memory for them; they are made as a guest's would,
// by a thread without a machine, which has a folder to read and write. None may touch what is Husk's: its memory, its descriptors,
// a file beside the folder.
#include "fuzz/call_script.hpp"
#include "fuzz/check.hpp"
#include "fuzz/fence.hpp"
#include "fuzz/space_rules.hpp"
#include "fuzz/surroundings.hpp"
#include "fuzz/waker.hpp"
#include "program/calls/handlers.hpp"
#include "program/calls/robust_list.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"
#include "program/signals/frame.hpp"
#include "program/signals/host_signals.hpp"
#include "support/stub_vcpu.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace husk::fuzz {
namespace {

using namespace program;

constexpr std::byte kMark{0xA5};

/// What the guest's memory has at its start, in a slot each: paths, and a name of an attribute.
constexpr auto kTexts = std::to_array<std::string_view>({
    "name",
    "link",
    "../secret",
    "/proc/self/fd/203",
    "/proc/self",
    "/proc/self/maps",
    "/proc/self/stat",
    "/proc/self/status",
    "/proc/self/limits",
    "/proc/self/mountinfo",
    "/proc/self/exe",
    "/proc/cpuinfo",
    "/dev/stdout",
    "/",
    "user.name",
    "new",
    "/work/..//work/./name/",
});

struct Excluded {
    long number;
    const char* why;
};
constexpr auto kExcluded = std::to_array<Excluded>({
    {SYS_clone, "a thread needs a machine"},
    {SYS_clone3, "likewise"},
    {SYS_sync, "waits for the host's disks"},
    {SYS_syncfs, "likewise"},
    {SYS_fsync, "likewise"},
    {SYS_fdatasync, "likewise"},
    {SYS_sched_setaffinity, "stays with the fuzzer's thread"},
    {SYS_sched_setscheduler, "likewise"},
    {SYS_sched_setattr, "likewise"},
    {SYS_setpriority, "likewise"},
    {SYS_ioprio_set, "likewise"},
    {SYS_mlock, "the fuzzer's own limit of memory"},
    {SYS_mlock2, "likewise"},
});

bool excluded(std::uint64_t number)
{
    return std::ranges::find(kExcluded, static_cast<long>(number), &Excluded::number) != kExcluded.end();
}

ProgramConfig config_of(const Surroundings& around)
{
    constexpr std::uint64_t kMemory = 64_MiB, kFile = 1_MiB;
    ProgramConfig config;
    config.grants = {{.path = around.inside(), .writable = true, .at = "/work"}};
    config.working_directory = "/work";
    config.limits.memory = kMemory;
    config.limits.file_size = kFile;
    return config;
}

class Guest {
public:
    explicit Guest(const Surroundings& around)
        : config_{config_of(around)},
          process_{config_, *config_.limits.memory, kLine},
          thread_{std::make_shared<Thread>(process_, ProcessorSeat{.vcpu = &vcpu_})}
    {
        process_.files.start_in(config_.working_directory);
        thread_->run_by(static_cast<int>(::syscall(SYS_gettid)));
        thread_->user.rsp = kStack;
        process_.threads.push_back(thread_);
        map(kPages, kPagesSize, PROT_READ | PROT_WRITE);
        map(kReadOnly, kPageSize, PROT_READ);
        const Reservation& all = process_.space.reservation();
        require(all.map(layout::kHusk, kPageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == 0, "Husk's part");
        std::ranges::fill(all.bytes(layout::kHusk, kPageSize), kMark);
        own_ = ::fcntl(0, F_DUPFD_CLOEXEC, kLine + 3);
        for (std::size_t i = 0; i < kTexts.size(); ++i) put(kPages + (i + 1) * kSlot, kTexts[i]);
        start_signals(process_);
    }
    ~Guest()
    {
        stop_signals(process_);
        ::close(own_);
    }

    Process& process() { return process_; }
    /// As when its thread ends.
    void finish()
    {
        walk_robust_list(*thread_);
        check_space(process_.space, *config_.limits.memory);
    }
    bool ended() const { return process_.ending() || thread_->finished; }

    void make(const CallScript::Step& step)
    {
        if (!step.memory.empty()) static_cast<void>(process_.memory.write({step.at}, step.memory));
        const Call& call = step.call;
        const Handler handler = find_handler(call.number);
        if (handler == nullptr || excluded(call.number)) return;
        thread_->registers_replaced = false;
        if (call.number == SYS_rt_sigreturn) thread_->user.rsp += sizeof(SignalFrame::return_to);  // a handler has returned
        const Result result = handler(*thread_, call);
        check(call, result);
        answered(*thread_, call, result);
        before_return(*thread_);
    }

private:
    void map(std::uint64_t at, std::uint64_t size, int protection)
    {
        const auto flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        const Result mapped = process_.space.map({.at = {at}, .size = size, .protection = protection, .flags = flags, .name = {}});
        require(mapped == static_cast<Result>(at), "the guest has memory");
    }

    void put(std::uint64_t at, std::string_view text) { (void)process_.memory.write({at}, std::as_bytes(std::span{text})); }

    void check(const Call& call, Result result)
    {
        const std::string name = "call " + std::to_string(call.number);
        const auto bytes = process_.space.reservation().bytes(layout::kHusk, kPageSize);
        require(std::ranges::all_of(bytes, [](std::byte byte) { return byte == kMark; }), name + " leaves Husk's memory");
        require(::fcntl(own_, F_GETFD) >= 0, name + " leaves Husk's descriptors");
        const bool address = call.number == SYS_mmap || call.number == SYS_mremap || call.number == SYS_brk;
        if (address)
            require(failed(result) || static_cast<std::uint64_t>(result) <= layout::kUserEnd, name + " stays in the space");
    }

    ProgramConfig config_;
    test::StubVcpu vcpu_;
    Process process_;
    std::shared_ptr<Thread> thread_;
    int own_ = -1;
};

}  // namespace
}  // namespace husk::fuzz

/// Before there is a second thread, so that the fence is around all of them.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments)
{
    if (!husk::fuzz::Fence::stands()) {
        fmt::print(stderr, "not run: without Landlock a hole in Husk would be one in this machine\n");
        std::exit(EXIT_SUCCESS);
    }
    husk::fuzz::Fence fence;
    fence.open_arguments(std::span{*arguments, static_cast<std::size_t>(*count)}.subspan(1));
    fence.close();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk;
    static fuzz::Surroundings around;
    static fuzz::Waker waker;
    static const program::RaisedSignals held_back;
    program::install_interrupts(nullptr);
    around.begin();
    {
        fuzz::Guest guest{around};
        const fuzz::Waker::Watching watching{waker, guest.process()};
        fuzz::CallScript script{std::as_bytes(std::span{data, size})};
        while (!script.ended() && !guest.ended()) {
            guest.make(script.next());
            watching.next();
        }
        guest.finish();
    }
    around.end();
    return 0;
}
