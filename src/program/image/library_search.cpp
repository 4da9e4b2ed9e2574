#include "program/image/library_search.hpp"

#include <algorithm>
#include <array>
#include <climits>

namespace husk::program {
namespace {

constexpr std::string_view kMuslPrefix = "ld-musl-";
constexpr std::string_view kMuslDirectories = "/lib:/usr/local/lib:/usr/lib";

/// Of all distributions: those that have none of a name have no library in it.
constexpr std::array<std::string_view, 6> kGlibcDirectories{
    "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib",
};

struct Token {
    std::string_view name;
    std::string_view value;
};
/// ld.so(8), "Dynamic string tokens". $LIB is Debian's; $ORIGIN's value depends on the object.
constexpr std::string_view kOrigin = "ORIGIN";
constexpr std::array<Token, 2> kTokens{{{"LIB", "lib/x86_64-linux-gnu"}, {"PLATFORM", "x86_64"}}};

/// The length of `name` as a token at the start of `text`, behind its $: NAME, not followed by more of a name, or {NAME}; 0 if it
/// is not there.
std::size_t token_length(std::string_view text, std::string_view name)
{
    const bool braced = text.starts_with('{');
    if (braced) text.remove_prefix(1);
    if (!text.starts_with(name)) return 0;
    text.remove_prefix(name.size());
    if (braced) return text.starts_with('}') ? name.size() + 2 : 0;
    const bool longer = !text.empty() && (std::isalnum(static_cast<unsigned char>(text[0])) != 0 || text[0] == '_');
    return longer ? 0 : name.size();
}

/// DT_RPATH counts only where there is no DT_RUNPATH.
bool has_rpath(const Dynamic& dynamic)
{
    return dynamic.rpath && !dynamic.runpath;
}

}  // namespace

LibrarySearch::Loader LibrarySearch::loader_of(std::string_view interpreter)
{
    const auto slash = interpreter.rfind('/');
    const auto name = slash == interpreter.npos ? interpreter : interpreter.substr(slash + 1);
    return name.starts_with(kMuslPrefix) ? Loader::Musl : Loader::Glibc;
}

std::string LibrarySearch::index_of(Loader loader, std::string_view interpreter)
{
    if (loader == Loader::Glibc) return "/etc/ld.so.cache";
    // Of the same prefix as the interpreter: PREFIX/lib/ld-musl-x86_64.so.1.
    for (int components = 2; components > 0; --components)
        interpreter = interpreter.substr(0, std::min(interpreter.rfind('/'), interpreter.size()));
    return std::string{interpreter} + "/etc/ld-musl-x86_64.path";
}

LibrarySearch::LibrarySearch(Loader loader, std::optional<std::vector<std::byte>> index)
    : loader_{loader}, directories_{kMuslDirectories}
{
    if (!index) return;
    if (loader == Loader::Glibc) {
        cache_ = LoaderCache{std::move(*index)};
        return;
    }
    directories_.clear();
    for (const std::byte byte : *index) directories_.push_back(static_cast<char>(byte));
    directories_.resize(std::min(directories_.find('\0'), directories_.size()));
}

std::optional<std::string> LibrarySearch::expand(std::string_view text, const std::string& origin)
{
    std::string expanded;
    while (!text.empty() && expanded.size() < PATH_MAX) {
        const auto plain = std::min(text.find('$'), text.size());
        expanded += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        text.remove_prefix(1);  // the $
        std::size_t length = token_length(text, kOrigin);
        std::string_view value = origin;
        for (auto token = kTokens.begin(); token != kTokens.end() && length == 0; ++token) {
            length = token_length(text, token->name);
            value = token->value;
        }
        expanded += length == 0 ? std::string_view{"$"} : value;
        text.remove_prefix(length);
    }
    if (expanded.size() >= PATH_MAX) return std::nullopt;
    return expanded;
}

/// The directories of a DT_RPATH or DT_RUNPATH, without a copy of the whole: it may be long, and what is in it may grow.
bool LibrarySearch::run_path_of(const LinkedObject& object, const std::string& path, const TakePlace& take) const
{
    std::string_view rest = path;
    for (bool more = true; more;) {
        const auto colon = rest.find(':');
        auto directory = expand(rest.substr(0, colon), object.directory);
        more = colon != rest.npos;
        if (more) rest.remove_prefix(colon + 1);
        if (directory && directory->empty()) directory = loader_ == Loader::Glibc ? "." : "";
        while (directory && directory->size() > 1 && directory->ends_with('/')) directory->pop_back();
        // One that is too long is still offered, as nothing: offers are what the one who takes them counts.
        if (take({.directory = directory.value_or(""), .files = {}})) return true;
    }
    return false;
}

/// The directories of DT_RPATH of the object that asks, of the one that asked for it, and so on; in musl also of DT_RUNPATH, which
/// it takes for the same.
bool LibrarySearch::inherited(const std::deque<LinkedObject>& objects, std::size_t by, const TakePlace& take) const
{
    for (std::optional<std::size_t> at = by; at; at = objects[*at].loader) {
        const Dynamic& dynamic = objects[*at].dynamic;
        if (loader_ == Loader::Musl && dynamic.runpath && run_path_of(objects[*at], *dynamic.runpath, take)) return true;
        if (has_rpath(dynamic) && run_path_of(objects[*at], *dynamic.rpath, take)) return true;
    }
    return false;
}

bool LibrarySearch::directories(std::string_view list, std::string_view separators, const TakePlace& take) const
{
    while (!list.empty()) {
        const auto end = std::min(list.find_first_of(separators), list.size());
        if (end > 0 && take({.directory = std::string{list.substr(0, end)}, .files = {}})) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

bool LibrarySearch::glibc(std::string_view name, const std::deque<LinkedObject>& objects, std::size_t by,
                          const TakePlace& take) const
{
    const Dynamic& asks = objects[by].dynamic;
    if (!asks.runpath && inherited(objects, by, take)) return true;
    if (asks.runpath && run_path_of(objects[by], *asks.runpath, take)) return true;
    const auto is_default = [](const std::string& path) {
        return std::ranges::any_of(kGlibcDirectories, [&](std::string_view one) { return path.starts_with(one); });
    };
    auto known = cache_.find(name);
    if (asks.no_default_directories) std::erase_if(known, is_default);
    if (!known.empty() && take({.directory = {}, .files = std::move(known)})) return true;
    if (asks.no_default_directories) return false;
    return std::ranges::any_of(kGlibcDirectories,
                               [&](std::string_view one) { return take({.directory = std::string{one}, .files = {}}); });
}

void LibrarySearch::places(std::string_view name, const std::deque<LinkedObject>& objects, std::size_t by,
                           const TakePlace& take) const
{
    if (loader_ == Loader::Glibc)
        glibc(name, objects, by, take);
    else if (!inherited(objects, by, take))
        directories(directories_, ":\n", take);
}

}  // namespace husk::program
