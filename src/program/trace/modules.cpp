#include "program/trace/modules.hpp"

#include "program/image/symbols.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace husk::program {

namespace {

// A program may map what it likes as often as it likes.
constexpr std::size_t kMostModules = 4096;
constexpr std::uint64_t kLargestFile = 256_MiB;
constexpr std::size_t kMostSymbols = std::size_t{1} << 22;

/// A regular file of the program's, by its descriptor.
class DescriptorSource final : public ByteSource {
public:
    explicit DescriptorSource(int fd) : fd_{fd}
    {
        struct stat status {};
        if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
    }

    std::uint64_t size() const override { return size_; }
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override
    {
        if (offset >= size_) return 0;
        const ssize_t got = ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset));
        return got < 0 ? 0 : static_cast<std::size_t>(got);
    }

private:
    int fd_;
    std::uint64_t size_ = 0;
};

std::string base_name(const std::string& path)
{
    return path.substr(path.rfind('/') + 1);
}

/// Nothing for a file that is so large that its tables might take all memory.
std::shared_ptr<const trace::SymbolTable> symbols_of(const ByteSource& file)
{
    if (file.size() > kLargestFile) return nullptr;
    return std::make_shared<const trace::SymbolTable>(code_symbols(file));
}

/// What addresses of the file are raised by, if `offset` of it is at `begin`.
std::optional<std::uint64_t> bias_of(const Executable& what, std::uint64_t begin, std::uint64_t offset)
{
    for (const Segment& segment : what.segments)
        if (segment.execute && offset <= segment.file_offset && segment.file_offset - offset < segment.file_size + kPageSize)
            return begin + (segment.file_offset - offset) - segment.address;
    return std::nullopt;
}

}  // namespace

void Modules::add_loaded(const std::string& path, const ByteSource& file, const Executable& what, std::uint64_t bias)
{
    add(bias + what.begin, {.end = bias + what.end, .bias = bias, .name = base_name(path), .symbols = symbols_of(file)});
}

void Modules::add_mapped(std::uint64_t begin, std::uint64_t end, std::uint64_t offset, int fd, const std::string& path)
{
    add_mapped(begin, end, offset, DescriptorSource{fd}, path);
}

void Modules::add_mapped(std::uint64_t begin, std::uint64_t end, std::uint64_t offset, const ByteSource& file,
                         const std::string& path)
{
    if (file.size() == 0) return remove(begin, end);
    Module module{.end = end, .bias = begin - offset, .name = base_name(path)};
    if (const auto what = parse_executable(file))
        if (const auto bias = bias_of(*what, begin, offset)) {
            module.bias = *bias;
            module.symbols = symbols_of(file);
        }
    add(begin, std::move(module));
}

void Modules::add(std::uint64_t begin, Module module)
{
    const std::lock_guard lock{mutex_};
    remove_locked(begin, module.end);
    const std::size_t more = module.symbols ? module.symbols->size() : 0;
    if (modules_.size() >= kMostModules || symbols_ + more > kMostSymbols) return;
    symbols_ += more;
    modules_.insert_or_assign(begin, std::move(module));
    ++version_;
}

void Modules::remove(std::uint64_t begin, std::uint64_t end)
{
    const std::lock_guard lock{mutex_};
    remove_locked(begin, end);
}

void Modules::remove_locked(std::uint64_t begin, std::uint64_t end)
{
    // Of one that is cut into, what is left of it counts as gone, too: but for its beginning.
    auto each = modules_.lower_bound(begin);
    if (each != modules_.begin() && std::prev(each)->second.end > begin) {
        std::prev(each)->second.end = begin;
        ++version_;
    }
    while (each != modules_.end() && each->first < end) {
        each = modules_.erase(each);
        ++version_;
    }
}

std::string Modules::at(std::uint64_t address) const
{
    const std::lock_guard lock{mutex_};
    const auto above = modules_.upper_bound(address);
    if (above == modules_.begin()) return {};
    const Module& module = std::prev(above)->second;
    if (address >= module.end) return {};
    const std::string symbol = module.symbols ? module.symbols->at(address - module.bias) : std::string{};
    if (symbol.empty()) return fmt::format("{}+{:#x}", module.name, address - module.bias);
    return fmt::format("{} ({})", symbol, module.name);
}

}  // namespace husk::program
