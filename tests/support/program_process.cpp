#include "support/program_process.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace husk::test {

using namespace program;

namespace {

constexpr std::uint64_t kPage = 4096;

}  // namespace

ProgramProcess::ProgramProcess(ProgramConfig config)
    : config_{std::move(config)}, process_{std::make_unique<Process>(config_, layout::kSpace, kLine)}
{
    for (int fd = 0; fd < kLine; ++fd) before_.at(static_cast<std::size_t>(fd)) = ::fcntl(fd, F_GETFD) >= 0;
    install_interrupts(nullptr);

    thread_ = std::make_shared<Thread>(*process_, ProcessorSeat{.vcpu = &vcpu_});
    thread_->run_by(static_cast<int>(::syscall(SYS_gettid)));
    process_->threads.push_back(thread_);

    const auto map = [&](std::uint64_t at, std::uint64_t size, int protection) {
        const MapRequest request{
            .at = {at}, .size = size, .protection = protection, .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, .name = {}};
        EXPECT_EQ(process_->space.map(request), static_cast<Result>(at));
    };
    map(kPages, kSize, PROT_READ | PROT_WRITE);
    map(kReadOnly, kPage, PROT_READ);
    map(layout::kUserEnd - kPage, kPage, PROT_READ | PROT_WRITE);
    const Reservation& all = process_->space.reservation();
    EXPECT_EQ(all.map(layout::kHusk, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 0);
    std::ranges::fill(all.bytes(layout::kHusk, kPage), kMark);
}

ProgramProcess::~ProgramProcess()
{
    for (const int fd : open_) ::close(fd);
    for (int fd = 0; fd < kLine; ++fd)
        if (!before_.at(static_cast<std::size_t>(fd))) ::close(fd);
}

Result ProgramProcess::serve(const Call& call)
{
    const Handler handler = find_handler(call.number);
    return handler == nullptr ? -ENOSYS : handler(*thread_, call);
}

void ProgramProcess::put_text(std::uint64_t at, std::string_view text)
{
    ASSERT_TRUE(process_->memory.write({at}, std::as_bytes(std::span{text})));
    put(at + text.size(), '\0');
}

std::string ProgramProcess::get_text(std::uint64_t at, std::size_t size)
{
    std::string text(size, '\0');
    EXPECT_TRUE(process_->memory.read({at}, std::as_writable_bytes(std::span{text})));
    return text;
}

int ProgramProcess::keep(int fd)
{
    EXPECT_GE(fd, 0);
    open_.push_back(fd);
    return fd;
}

int ProgramProcess::make_file()
{
    return keep(::memfd_create("test", 0));
}

int ProgramProcess::own(int fd)
{
    return keep(::fcntl(fd, F_DUPFD_CLOEXEC, kLine + 3));
}

void ProgramProcess::expect_untouched()
{
    const auto bytes = process_->space.reservation().bytes(layout::kHusk, kPage);
    EXPECT_TRUE(std::ranges::all_of(bytes, [](std::byte byte) { return byte == kMark; }));
}

}  // namespace husk::test
