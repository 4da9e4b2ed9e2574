#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <random>

#include "program/signals/frame.hpp"
#include "program/signals/vector_image.hpp"
#include "program/space/space.hpp"

namespace husk::program {
namespace {

constexpr std::uint64_t kStack = 64_GiB, kStackSize = 64_KiB;  // where this process can have memory, too
constexpr std::size_t kVectorSize = 832;                       // x87, SSE and AVX
constexpr std::uint64_t kStates = 7;
constexpr std::uint64_t kHandler = 0x40'1000, kRestorer = 0x40'2000;

static_assert(offsetof(SignalContext, rip) == 8 * REG_RIP && offsetof(SignalContext, rsp) == 8 * REG_RSP);
static_assert(offsetof(SignalContext, rflags) == 8 * REG_EFL && offsetof(SignalContext, cs) == 8 * REG_CSGSFS);
static_assert(offsetof(SignalContext, error) == 8 * REG_ERR && offsetof(SignalContext, trap) == 8 * REG_TRAPNO);
static_assert(offsetof(SignalContext, old_mask) == 8 * REG_OLDMASK && offsetof(SignalContext, cr2) == 8 * REG_CR2);
static_assert(offsetof(UserContext, stack) == offsetof(ucontext_t, uc_stack));
static_assert(offsetof(UserContext, registers) == offsetof(ucontext_t, uc_mcontext));
static_assert(offsetof(UserContext, registers) + offsetof(SignalContext, vector_state) ==
              offsetof(ucontext_t, uc_mcontext) + offsetof(mcontext_t, fpregs));
static_assert(offsetof(UserContext, mask) == offsetof(ucontext_t, uc_sigmask));

class SignalFrames : public testing::Test {
protected:
    SignalFrames()
    {
        const MapRequest request{.at = {kStack},
                                 .size = kStackSize,
                                 .protection = PROT_READ | PROT_WRITE,
                                 .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                                 .name = {}};
        EXPECT_EQ(space_.map(request), static_cast<Result>(kStack));
    }

    /// Registers that are all different.
    static x86::Registers registers()
    {
        x86::Registers r;
        std::uint64_t value = 0x1111;
        for (std::uint64_t* each : {&r.rax, &r.rbx, &r.rcx, &r.rdx, &r.rsi, &r.rdi, &r.rbp, &r.r8, &r.r9, &r.r10, &r.r11, &r.r12,
                                    &r.r13, &r.r14, &r.r15, &r.rip})
            *each = value += 0x1111;
        r.rsp = kStack + kStackSize - 0x1000;
        r.rflags = x86::Rflags::One | x86::Rflags::IF | x86::Rflags::DF | x86::Rflags::ZF;
        return r;
    }
    static std::vector<std::byte> vector_state()
    {
        std::vector<std::byte> image = initial_vector_state(kVectorSize);
        for (std::size_t at = 160; at < 416; ++at) image[at] = static_cast<std::byte>(at);
        for (std::size_t at = 576; at < kVectorSize; ++at) image[at] = static_cast<std::byte>(at * 7);
        image[512] = std::byte{kStates};
        return image;
    }
    Suspended suspended() const
    {
        return {.registers = registers(),
                .vector_state = vector_,
                .states = kStates,
                .mask = SignalSet::of(SIGUSR2),
                .stack = {},
                .exception = {.vector = 14, .error = 6, .cr2 = 0x1234}};
    }
    static Action action(std::uint64_t flags = 0)
    {
        return {.handler = kHandler, .flags = flags | Action::kRestorer, .restorer = kRestorer, .mask = {}};
    }
    /// What the thread's registers are when its handler has returned to the restorer, and that has called rt_sigreturn.
    static x86::Registers returning(const x86::Registers& handler)
    {
        x86::Registers now;
        now.rsp = handler.rsp + 8;
        now.rip = kRestorer + 9;
        now.rflags = x86::Rflags::One | x86::Rflags::IF;
        return now;
    }
    std::optional<x86::Registers> write(const Suspended& from, const Action& wanted) const
    {
        return write_frame(memory_, from, wanted, sent_by(SIGUSR1, SI_USER, 7, 8));
    }
    std::optional<Resumed> read(const x86::Registers& handler) const
    {
        return read_frame(memory_, returning(handler), kStates, kVectorSize);
    }
    SignalFrame frame_at(std::uint64_t at) const { return memory_.get<SignalFrame>({at}).value(); }

    Space space_{1_GiB};
    UserMemory memory_{space_.memory()};
    std::vector<std::byte> vector_ = vector_state();
};

TEST_F(SignalFrames, StartTheHandlerAsTheKernelDoes)
{
    const auto handler = write(suspended(), action());
    ASSERT_TRUE(handler);
    EXPECT_EQ(handler->rip, kHandler);
    EXPECT_EQ(handler->rdi, static_cast<std::uint64_t>(SIGUSR1));
    EXPECT_EQ(handler->rsi, handler->rsp + offsetof(SignalFrame, info));
    EXPECT_EQ(handler->rdx, handler->rsp + offsetof(SignalFrame, context));
    EXPECT_EQ(handler->rax, 0u);
    EXPECT_EQ(handler->rsp % 16, 8u);
    EXPECT_EQ(handler->rflags, x86::Rflags::One | x86::Rflags::IF | x86::Rflags::ZF);
    EXPECT_EQ(handler->rbx, registers().rbx);

    const SignalFrame frame = frame_at(handler->rsp);
    EXPECT_EQ(frame.return_to, kRestorer);
    EXPECT_EQ(frame.context.registers.cs, 0x33);
    EXPECT_EQ(frame.context.registers.ss, 0x2B);
    EXPECT_EQ(frame.context.registers.error, 6u);
    EXPECT_EQ(frame.context.registers.trap, 14u);
    EXPECT_EQ(frame.context.registers.cr2, 0x1234u);
    EXPECT_EQ(frame.context.flags, 7u);
    EXPECT_EQ(frame.context.mask, SignalSet::of(SIGUSR2));
    EXPECT_EQ(frame.info.si_pid, 7);
    EXPECT_EQ(frame.context.registers.vector_state % 64, 0u);
    // The red zone is untouched.
    EXPECT_LE(frame.context.registers.vector_state + kVectorSize + 4, registers().rsp - 128);
}

TEST_F(SignalFrames, GiveBackWhatTheyWereMadeOf)
{
    const auto handler = write(suspended(), action());
    ASSERT_TRUE(handler);
    const auto resumed = read(*handler);
    ASSERT_TRUE(resumed);
    EXPECT_TRUE(resumed->sound);
    EXPECT_EQ(resumed->registers, registers());
    EXPECT_EQ(resumed->mask, SignalSet::of(SIGUSR2));
    EXPECT_EQ(resumed->stack, AlternateStack{});
    EXPECT_EQ(resumed->vector_state, vector_);
}

TEST_F(SignalFrames, GoToTheAlternateStackAndStayOnIt)
{
    Suspended from = suspended();
    from.stack = {.base = kStack, .flags = 0, .size = 0x4000};
    const auto first = write(from, action(SA_ONSTACK));
    ASSERT_TRUE(first);
    EXPECT_LT(first->rsp, from.stack.top());
    EXPECT_GT(first->rsp, from.stack.base);
    EXPECT_GT(write(from, action())->rsp, from.stack.top()) << "only if the action wants it";

    from.registers.rsp = first->rsp;
    const auto nested = write(from, action(SA_ONSTACK));
    ASSERT_TRUE(nested);
    EXPECT_LT(nested->rsp, first->rsp - 128);
    EXPECT_EQ(frame_at(nested->rsp).context.stack, from.stack);
}

TEST_F(SignalFrames, DoNotGrowOutOfTheAlternateStack)
{
    Suspended from = suspended();
    from.stack = {.base = kStack + 0x2000, .flags = 0, .size = 0x800};
    from.registers.rsp = from.stack.base + 0x400;  // too little is left, though there is memory below
    EXPECT_FALSE(write(from, action(SA_ONSTACK)));
    EXPECT_FALSE(write(from, action()));
}

TEST_F(SignalFrames, NeedAStackThatCanBeWritten)
{
    Suspended from = suspended();
    for (const std::uint64_t rsp :
         {std::uint64_t{0}, std::uint64_t{100}, kStack + 0x100, kStack - 0x1000, kStack + kStackSize + 0x10000,
          layout::kUserEnd + 0x1000, ~std::uint64_t{0}, std::uint64_t{1} << 47}) {
        from.registers.rsp = rsp;
        EXPECT_FALSE(write(from, action())) << std::hex << rsp;
    }
    EXPECT_FALSE(write(suspended(), {.handler = kHandler, .flags = 0, .restorer = 0, .mask = {}})) << "there would be no way back";
}

TEST_F(SignalFrames, WithoutVectorStateGiveTheInitialOne)
{
    const auto handler = write(suspended(), action());
    ASSERT_TRUE(handler);
    SignalFrame frame = frame_at(handler->rsp);
    frame.context.registers.vector_state = 0;
    ASSERT_TRUE(memory_.put({handler->rsp}, frame));
    const auto resumed = read(*handler);
    ASSERT_TRUE(resumed && resumed->sound);
    EXPECT_EQ(resumed->vector_state, initial_vector_state(kVectorSize));
}

TEST_F(SignalFrames, WithADamagedNoteAreTakenAsFxsave)
{
    const auto handler = write(suspended(), action());
    ASSERT_TRUE(handler);
    const std::uint64_t image = frame_at(handler->rsp).context.registers.vector_state;
    ASSERT_TRUE(memory_.put({image + kVectorSize}, std::uint32_t{0}));
    const auto resumed = read(*handler);
    ASSERT_TRUE(resumed && resumed->sound);
    EXPECT_TRUE(std::equal(vector_.begin(), vector_.begin() + 416, resumed->vector_state.begin()));
    EXPECT_TRUE(std::all_of(resumed->vector_state.begin() + 576, resumed->vector_state.end(),
                            [](std::byte byte) { return byte == std::byte{}; }));
}

TEST_F(SignalFrames, ThatXrstorWouldRefuseAreNotSound)
{
    constexpr std::size_t kHeader = 512, kFormat = 520, kReserved = 568;
    const auto handler = write(suspended(), action());
    ASSERT_TRUE(handler);
    const std::uint64_t image = frame_at(handler->rsp).context.registers.vector_state;
    for (const std::size_t at : {kHeader + 7, kFormat, kReserved}) {
        ASSERT_TRUE(memory_.put({image + at}, std::uint8_t{0x80}));
        const auto resumed = read(*handler);
        ASSERT_TRUE(resumed);
        EXPECT_FALSE(resumed->sound) << at;
        EXPECT_EQ(resumed->vector_state, initial_vector_state(kVectorSize));
        ASSERT_TRUE(memory_.put({image + at}, std::uint8_t{0}));
    }
    EXPECT_TRUE(read(*handler)->sound);
}

TEST_F(SignalFrames, ThatLeadNowhereAreNotSound)
{
    const auto handler = write(suspended(), action());
    ASSERT_TRUE(handler);
    const SignalFrame good = frame_at(handler->rsp);
    const auto sound_with = [&](auto change) {
        SignalFrame frame = good;
        change(frame.context);
        EXPECT_TRUE(memory_.put({handler->rsp}, frame));
        const auto resumed = read(*handler);
        return resumed && resumed->sound;
    };
    EXPECT_TRUE(sound_with([](UserContext&) {}));
    EXPECT_FALSE(sound_with([](UserContext& c) { c.registers.rip = std::uint64_t{1} << 47; }));
    EXPECT_FALSE(sound_with([](UserContext& c) { c.registers.rip = ~std::uint64_t{0}; }));
    EXPECT_FALSE(sound_with([](UserContext& c) { c.registers.rsp = std::uint64_t{1} << 47; }));
    EXPECT_TRUE(sound_with([](UserContext& c) { c.registers.rsp = ~std::uint64_t{7}; }));
    EXPECT_FALSE(sound_with([](UserContext& c) { c.registers.cs = 0x23; }));
    EXPECT_FALSE(sound_with([](UserContext& c) { c.registers.cs = 0x10; }));
    EXPECT_TRUE(sound_with([](UserContext& c) { c.registers.cs = 0x30; })) << "its privilege is not the guest's to choose";
    EXPECT_FALSE(sound_with([](UserContext& c) { c.registers.ss = 0; }));
    EXPECT_TRUE(sound_with([](UserContext& c) { c.registers.ss = 0, c.flags = 1; }));
}

TEST_F(SignalFrames, ThatAreNotThereAreNotRead)
{
    for (const std::uint64_t rsp :
         {std::uint64_t{0}, std::uint64_t{8}, kStack - 64, kStack + kStackSize - 64, layout::kUserEnd, ~std::uint64_t{0}}) {
        x86::Registers now;
        now.rsp = rsp;
        EXPECT_FALSE(read_frame(memory_, now, kStates, kVectorSize)) << std::hex << rsp;
    }
}

/// Whatever a frame says: no crash, no flag that is not a program's, no state that the processor does not have.
TEST_F(SignalFrames, OfHostileGuestsAreHarmless)
{
    constexpr std::uint64_t kFlags = 0x50DD5;  // AC, RF, OF, DF, TF, SF, ZF, AF, PF, CF
    std::mt19937_64 random{1};
    const auto handler = write(suspended(), action());
    ASSERT_TRUE(handler);
    const std::uint64_t size = kStack + kStackSize - 0x1000 - handler->rsp;
    std::vector<std::byte> good(size);
    ASSERT_TRUE(memory_.read({handler->rsp}, good));
    const x86::Registers now = returning(*handler);
    int sound = 0;
    for (int i = 0; i < 10'000; ++i) {
        std::vector<std::byte> frame = good;
        for (std::uint64_t changes = 1 + random() % 4; changes != 0; --changes) {
            const std::size_t at = random() % (size / 8) * 8;
            const std::uint64_t value = random() % 2 == 0 ? random() : std::uint64_t{1} << random() % 64;
            std::memcpy(&frame[at], &value, sizeof value);
        }
        if (i % 5 == 0) std::ranges::generate(frame, [&] { return static_cast<std::byte>(random()); });
        ASSERT_TRUE(memory_.write({handler->rsp}, frame));
        const auto resumed = read(*handler);
        ASSERT_TRUE(resumed);
        ASSERT_EQ((resumed->registers.rflags.word() ^ now.rflags.word()) & ~kFlags, 0u);
        ASSERT_FALSE(resumed->mask.has(SIGKILL));
        ASSERT_EQ(resumed->vector_state.size(), kVectorSize);
        std::uint64_t present = 0;
        std::memcpy(&present, &resumed->vector_state[512], sizeof present);
        ASSERT_EQ(present & ~kStates, 0u);
        if (resumed->sound) ++sound;
    }
    EXPECT_GT(sound, 0);
}

// --- The kernel's own frame, for the same registers ---

std::vector<std::byte> kernels;  // from the frame up to the end of the stack
std::uint64_t kernels_at = 0;
x86::Registers kernels_registers;

void capture(int signal, siginfo_t* info, void* context)
{
    kernels_at = std::bit_cast<std::uint64_t>(context) - offsetof(SignalFrame, context);
    kernels_registers.rdi = static_cast<std::uint64_t>(signal);
    kernels_registers.rsi = std::bit_cast<std::uint64_t>(info);
    kernels_registers.rdx = std::bit_cast<std::uint64_t>(context);
    const auto* const frame = std::bit_cast<const std::byte*>(kernels_at);
    std::copy_n(frame, kernels.size() - (kernels_at - kStack), kernels.begin());
    kernels.resize(kernels.size() - (kernels_at - kStack));
}

TEST_F(SignalFrames, AreTheKernelsByteForByte)
{
    if (::mmap(std::bit_cast<void*>(kStack), kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
               -1, 0) == MAP_FAILED)
        GTEST_SKIP() << "this process has something at that address";
    kernels.assign(kStackSize, std::byte{});
    stack_t stack{}, stack_before{};
    stack.ss_sp = std::bit_cast<void*>(kStack);
    stack.ss_size = kStackSize;
    struct sigaction wanted {
    }, before{};
    wanted.sa_sigaction = capture;
    wanted.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ASSERT_EQ(::sigaltstack(&stack, &stack_before), 0);
    ASSERT_EQ(::sigaction(SIGUSR1, &wanted, &before), 0);
    ::syscall(SYS_tgkill, ::getpid(), ::syscall(SYS_gettid), SIGUSR1);
    ::sigaction(SIGUSR1, &before, nullptr);
    ::sigaltstack(&stack_before, nullptr);
    ::munmap(stack.ss_sp, kStackSize);

    SignalFrame theirs;
    std::memcpy(&theirs, kernels.data(), sizeof theirs);
    const SignalContext& saved = theirs.context.registers;
    const auto image = std::span{kernels}.subspan(saved.vector_state - kernels_at);
    VectorStateNote note;
    std::memcpy(&note, &image[VectorStateNote::kOffset], sizeof note);
    if (note.magic != VectorStateNote::kMagic) GTEST_SKIP() << "this processor has no XSAVE";
    EXPECT_EQ(note.extended_size, note.size + 4);

    Suspended from;
    x86::Registers& r = from.registers;
    r = {.rax = saved.rax,
         .rbx = saved.rbx,
         .rcx = saved.rcx,
         .rdx = saved.rdx,
         .rsi = saved.rsi,
         .rdi = saved.rdi,
         .rsp = saved.rsp,
         .rbp = saved.rbp,
         .r8 = saved.r8,
         .r9 = saved.r9,
         .r10 = saved.r10,
         .r11 = saved.r11,
         .r12 = saved.r12,
         .r13 = saved.r13,
         .r14 = saved.r14,
         .r15 = saved.r15,
         .rip = saved.rip,
         .rflags = Flags<x86::Rflags>{saved.rflags}};
    std::vector<std::byte> state(image.begin(), image.begin() + note.size);
    std::fill_n(state.begin() + VectorStateNote::kOffset, sizeof note, std::byte{});
    from.vector_state = state;
    from.states = note.states;
    from.mask = theirs.context.mask;
    from.stack = {.base = kStack, .flags = 0, .size = kStackSize};
    from.exception = {.vector = saved.trap, .error = saved.error, .cr2 = saved.cr2};
    const auto handler = write_frame(
        memory_, from,
        {.handler = kHandler, .flags = Action::kRestorer | SA_SIGINFO | SA_ONSTACK, .restorer = theirs.return_to, .mask = {}},
        theirs.info);
    ASSERT_TRUE(handler);
    EXPECT_EQ(handler->rsp, kernels_at);
    EXPECT_EQ(handler->rdi, kernels_registers.rdi);
    EXPECT_EQ(handler->rsi, kernels_registers.rsi);
    EXPECT_EQ(handler->rdx, kernels_registers.rdx);
    std::vector<std::byte> ours(kernels.size());
    ASSERT_TRUE(memory_.read({kernels_at}, ours));
    for (std::size_t at = 0; at < ours.size(); ++at)
        ASSERT_EQ(ours[at], kernels[at]) << "at " << at << " of the frame, "
                                         << static_cast<std::int64_t>(at + kernels_at - saved.vector_state) << " of the image";
}

}  // namespace
}  // namespace husk::program
