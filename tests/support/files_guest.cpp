#include "support/files_guest.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace husk::test {

namespace {

namespace fs = std::filesystem;
using program::failed;
using program::Result;

ProgramConfig config_of(std::initializer_list<std::string> grants, bool private_tmp)
{
    constexpr std::size_t kRights = 3;
    ProgramConfig config;
    for (const std::string& grant : grants) {
        const std::size_t equals = std::min(grant.find('='), grant.size());
        config.grants.push_back({.path = grant.substr(kRights, equals - kRights),
                                 .writable = grant.starts_with("rw:"),
                                 .at = equals == grant.size() ? "" : grant.substr(equals + 1)});
    }
    config.private_tmp = private_tmp;
    return config;
}

/// Room above the line, as the command makes it.
void raise_descriptor_limit()
{
    constexpr rlim_t kEnough = 4096;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= kEnough) return;
    limit.rlim_cur = std::min(kEnough, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

FilesFolder::FilesFolder()
{
    // In memory where there is such a place: thousands of files come and go.
    std::string path = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm/husk-test-XXXXXX" : "/tmp/husk-test-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error{"mkdtemp"};
    path_ = fs::canonical(path);
}

FilesFolder::~FilesFolder()
{
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string FilesFolder::file(std::string_view name, std::string_view bytes) const
{
    const std::string path = *this / name;
    fs::create_directories(fs::path{path}.parent_path());
    std::ofstream{path} << bytes;
    return path;
}

std::string FilesFolder::folder(std::string_view name) const
{
    fs::create_directories(*this / name);
    return *this / name;
}

std::string FilesFolder::link(std::string_view name, std::string_view to) const
{
    const std::string path = *this / name;
    fs::create_directories(fs::path{path}.parent_path());
    fs::create_symlink(to, path);
    return path;
}

std::string bytes_of(const std::string& path)
{
    std::ostringstream bytes;
    bytes << std::ifstream{path}.rdbuf();
    return bytes.str();
}

FilesGuest::FilesGuest(std::initializer_list<std::string> grants, bool private_tmp) : FilesGuest{config_of(grants, private_tmp)} {}

FilesGuest::FilesGuest(ProgramConfig config) : config_{std::move(config)}
{
    constexpr std::uint64_t kMemory = 1ULL << 30;
    raise_descriptor_limit();
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
    program::install_interrupts(nullptr);
    config_.explain = [told = told_](const std::string& line) { told->push_back(line); };
    process_ = std::make_unique<program::Process>(config_, kMemory);
    thread_ = std::make_unique<program::Thread>(*process_, program::ProcessorSeat{.vcpu = &vcpu_});
    thread_->run_by(::gettid());
    for (const auto& [at, size] : {std::pair{kBuffer, std::uint64_t{kBufferSize}}, std::pair{kStrings, kStringsSize}}) {
        const Result mapped = process_->space.map({.at = {at},
                                                   .size = size,
                                                   .protection = PROT_READ | PROT_WRITE,
                                                   .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                                                   .name = {}});
        if (mapped != static_cast<Result>(at)) throw std::runtime_error{"no memory for the guest"};
    }
}

Result FilesGuest::raw(long number, std::vector<std::uint64_t> arguments)
{
    const auto calls = program::path_calls();
    const auto served = std::ranges::find(calls, number, &program::Served::number);
    if (served == calls.end()) throw std::runtime_error{"call " + std::to_string(number) + " is not served"};
    program::Call call{.number = static_cast<std::uint64_t>(number)};
    std::ranges::copy(arguments, call.arguments.begin());
    return served->handler(*thread_, call);
}

std::uint64_t FilesGuest::argument(const std::string& text)
{
    const std::uint64_t at = next_;
    next_ += text.size() + 1;
    const bool fits = next_ <= kStrings + kStringsSize;
    if (!fits || !process_->memory.write({at}, std::as_bytes(std::span{text.c_str(), text.size() + 1})))
        throw std::runtime_error{"no room for a string"};
    return at;
}

std::string FilesGuest::text(std::size_t size)
{
    std::string bytes(size, '\0');
    if (!process_->memory.read({kBuffer}, std::as_writable_bytes(std::span{bytes}))) throw std::runtime_error{"no buffer"};
    return bytes;
}

Result FilesGuest::open(const std::string& path, int flags, unsigned mode)
{
    return call(SYS_open, path, flags, mode);
}

Result FilesGuest::stat(const std::string& path)
{
    return call(SYS_stat, path, kBuffer);
}

std::optional<std::string> FilesGuest::readlink(const std::string& path)
{
    const Result size = call(SYS_readlink, path, kBuffer, PATH_MAX);
    if (failed(size)) return std::nullopt;
    return text(static_cast<std::size_t>(size));
}

std::string FilesGuest::read(const std::string& path)
{
    const Result fd = open(path);
    if (failed(fd)) return "[" + std::string{std::strerror(static_cast<int>(-fd))} + "]";
    std::string bytes;
    char piece[4096];
    for (ssize_t got = 1; got > 0;) {
        got = ::read(static_cast<int>(fd), piece, sizeof piece);
        if (got > 0) bytes.append(piece, static_cast<std::size_t>(got));
    }
    ::close(static_cast<int>(fd));
    return bytes;
}

std::vector<std::string> FilesGuest::list(const std::string& path)
{
    constexpr std::size_t kLength = 16;
    constexpr std::size_t kName = 19;
    const Result fd = open(path, O_DIRECTORY);
    if (failed(fd)) return {"[" + std::string{std::strerror(static_cast<int>(-fd))} + "]"};
    std::vector<std::string> names;
    for (;;) {
        const Result size = raw(SYS_getdents64, {static_cast<std::uint64_t>(fd), kBuffer, kBufferSize});
        if (size <= 0) break;
        const std::string records = text(static_cast<std::size_t>(size));
        for (std::size_t at = 0; at < records.size();) {
            std::uint16_t length = 0;
            std::memcpy(&length, &records[at + kLength], sizeof length);
            const std::string name = &records[at + kName];
            if (name != "." && name != "..") names.push_back(name);
            at += length;
        }
    }
    ::close(static_cast<int>(fd));
    std::ranges::sort(names);
    return names;
}

std::string FilesGuest::cwd()
{
    const Result size = raw(SYS_getcwd, {kBuffer, kBufferSize});
    return failed(size) ? "[" + std::string{std::strerror(static_cast<int>(-size))} + "]"
                        : text(static_cast<std::size_t>(size) - 1);
}

}  // namespace husk::test
