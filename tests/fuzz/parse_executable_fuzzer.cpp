// The input is a file that starting a program reads: an executable, its interpreter, a library, a script, /etc/ld.so.cache.
// Whatever it is, each parser gives what keeps the rules or an error that names what is wrong. After a zero byte the input is names
// and lists of directories, in which tokens are replaced.
#include "fuzz/check.hpp"
#include "program/image/library_search.hpp"
#include "support/program_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

namespace husk::fuzz {
namespace {

std::string text_of(std::span<const std::byte> bytes)
{
    std::string text;
    for (const std::byte byte : bytes) text.push_back(static_cast<char>(byte));
    return text;
}

/// A search through directories that the input names is finite and offers each of them, none with a token that could be replaced.
void search(const std::string& text)
{
    using namespace program;
    const auto expanded = LibrarySearch::expand(text, "/origin");
    require(!expanded || expanded->size() < PATH_MAX, "what replaces tokens stays a path");
    const std::deque<LinkedObject> objects{
        {.directory = "/origin", .dynamic = {.rpath = text}, .loader = std::nullopt},
        {.directory = "/library", .dynamic = {.runpath = text}, .loader = 0},
        {.directory = "/other", .dynamic = {}, .loader = 0},
    };
    for (const auto loader : {LibrarySearch::Loader::Glibc, LibrarySearch::Loader::Musl}) {
        std::vector<std::byte> index(text.size());
        std::ranges::transform(text, index.begin(), [](char letter) { return static_cast<std::byte>(letter); });
        const LibrarySearch places{loader, std::move(index)};
        for (std::size_t by = 0; by < objects.size(); ++by) {
            std::size_t offered = 0;
            places.places("libx.so", objects, by, [&](const Place& place) {
                require(place.directory.empty() || place.files.empty(), "a place is one or the other");
                return ++offered == 3 * text.size() + 16;
            });
            require(offered < 3 * text.size() + 16, "there are no more places than the text can name");
        }
        require(LibrarySearch::index_of(loader, text).size() <= text.size() + 64, "an index has a name");
    }
}

}  // namespace
}  // namespace husk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk;
    const auto file = std::as_bytes(std::span{data, size});
    if (size > 0 && data[0] == 0) {
        fuzz::search(fuzz::text_of(file.subspan(1)));
        return 0;
    }
    const auto broken = test::broken_program_rule(file);
    fuzz::require(!broken, broken.value_or(""));
    return 0;
}
