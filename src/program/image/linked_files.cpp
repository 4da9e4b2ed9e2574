#include "program/image/linked_files.hpp"

#include "program/image/executable.hpp"
#include "program/image/library_search.hpp"

#include <husk/address.hpp>
#include <husk/error.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace husk::program {
namespace {

constexpr std::uint64_t kLargestIndex = 4_MiB;  // of what a loader knows of libraries; real ones have some 100 KiB
constexpr std::size_t kMostObjects = 1024;

/// Subdirectories for processors, the best first. ld.so(8), "glibc-hwcaps".
constexpr std::array<std::string_view, 3> kHwcaps{"x86-64-v4", "x86-64-v3", "x86-64-v2"};

/// musl has these libraries, "lib" before and anything behind, in itself. ldso/dynlink.c, load_library().
constexpr std::array<std::string_view, 7> kMuslsOwn{"c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet."};

std::string folder_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == 0 || slash == path.npos ? "/" : path.substr(0, slash);
}

std::string name_of(std::string_view path)
{
    return std::string{path.substr(path.rfind('/') + 1)};
}

bool is_musls_own(std::string_view name)
{
    constexpr std::string_view kLibrary = "lib";
    if (!name.starts_with(kLibrary)) return false;
    name.remove_prefix(kLibrary.size());
    return std::ranges::any_of(kMuslsOwn, [&](std::string_view own) { return name.starts_with(own); });
}

/// Collects what one program is linked with: it is object 0, and each object's libraries become objects behind it.
class Collector {
public:
    explicit Collector(const LinkOptions& options)
        : opener_{options.root, options.directory.empty() ? std::filesystem::current_path().string() : options.directory},
          budget_{options.budget}
    {}

    LinkedFiles collect(const std::string& program) &&;

private:
    /// A library that is looked for.
    struct Wanted {
        std::string name;
        std::size_t by;         ///< object
        std::string problem{};  ///< why one that was found was not taken
    };

    tl::expected<std::string, std::string> add_program(const std::string& path);
    void add_interpreter(const std::string& path);
    LibrarySearch search_of(const std::string& interpreter);
    void add_library(const LibrarySearch& search, const std::string& name, std::size_t by);
    bool take_place(const Place& place, Wanted& wanted);
    bool take_file(const std::string& path, Wanted& wanted);
    bool take_object(const OpenedFile& opened, Wanted& wanted);

    void add_object(const OpenedFile& opened, const std::string& origin, Dynamic dynamic, std::optional<std::size_t> loader)
    {
        objects_.push_back({folder_of(origin), std::move(dynamic), loader});
        paths_.push_back(opened.names.path);
    }
    /// False if it had been seen before.
    bool see(const FileSource& file) { return inodes_.emplace(file.device(), file.inode()).second; }
    void unresolved(const std::string& name, const std::string& by, std::string problem)
    {
        result_.unresolved.push_back({name, by, std::move(problem)});
    }

    FileOpener opener_;
    Budget budget_;
    LinkedFiles result_{};
    std::deque<LinkedObject> objects_{};
    std::vector<std::string> paths_{};  ///< of objects
    std::set<std::string> names_{};     ///< under which a library is already there, or known to be nowhere
    std::set<std::pair<std::uint64_t, std::uint64_t>> inodes_{};
};

/// Gives the path of its interpreter, or what is wrong. Throws Error if the host cannot read it.
tl::expected<std::string, std::string> Collector::add_program(const std::string& path)
{
    const auto opened = opener_.open(path, budget_);
    if (!opened) return tl::unexpected{opened.error()};
    const auto& file = opened->file;
    const auto parsed = parse_executable(file).and_then([&](const Executable& executable) {
        return read_program_headers(file)
            .and_then([&](const ProgramHeaders& headers) { return read_dynamic(file, headers); })
            .map([&](Dynamic&& dynamic) {
                // Loaders have its directory from /proc/self/exe, which names the real path.
                add_object(*opened, opened->names.real, std::move(dynamic), std::nullopt);
                return executable.interpreter;
            });
    });
    see(file);
    return parsed.map_error([](const ExecutableError& error) { return describe(error); });
}

void Collector::add_interpreter(const std::string& path)
{
    auto opened = opener_.open(path, budget_);
    if (!opened) return unresolved(path, paths_[0], opened.error());
    const auto dynamic = read_shared_object(opened->file);
    if (!dynamic) return unresolved(path, paths_[0], dynamic.error());
    names_.insert({path, name_of(path), dynamic->soname});
    see(opened->file);
    result_.files.push_back(std::move(opened->names));
}

/// Throws Error if the host cannot read the loader's index.
LibrarySearch Collector::search_of(const std::string& interpreter)
{
    const auto loader = LibrarySearch::loader_of(interpreter);
    auto opened = opener_.open(LibrarySearch::index_of(loader, interpreter), budget_);
    if (!opened || opened->file.size() > kLargestIndex) return {loader, std::nullopt};
    std::vector<std::byte> index(static_cast<std::size_t>(opened->file.size()));
    index.resize(opened->file.read(0, index));
    result_.files.push_back(std::move(opened->names));
    return {loader, std::move(index)};
}

/// Makes the file an object, if it can be one and is not yet.
bool Collector::take_object(const OpenedFile& opened, Wanted& wanted)
{
    if (inodes_.contains({opened.file.device(), opened.file.inode()})) return true;
    auto dynamic = read_shared_object(opened.file);
    if (dynamic && objects_.size() == kMostObjects) dynamic = tl::unexpected{std::string{"too many libraries"}};
    if (!dynamic) {
        wanted.problem = opened.names.path + ": " + dynamic.error();
        return false;
    }
    see(opened.file);
    if (!dynamic->soname.empty()) names_.insert(dynamic->soname);
    add_object(opened, opened.names.path, std::move(*dynamic), wanted.by);
    return true;
}

bool Collector::take_file(const std::string& path, Wanted& wanted)
{
    auto opened = opener_.open(path, budget_);
    if (!opened || !take_object(*opened, wanted)) return false;
    result_.files.push_back(std::move(opened->names));
    return true;
}

/// True if the search can end: the place has the library for every processor.
bool Collector::take_place(const Place& place, Wanted& wanted)
{
    if (!budget_.spend()) return true;
    bool taken = false;
    for (const std::string& file : place.files) taken = take_file(file, wanted);
    if (place.directory.empty()) return taken;
    const std::string hwcaps = place.directory + "/glibc-hwcaps";
    if (opener_.exists(hwcaps, budget_))
        for (const std::string_view level : kHwcaps) take_file(fmt::format("{}/{}/{}", hwcaps, level, wanted.name), wanted);
    return take_file(place.directory + "/" + wanted.name, wanted);
}

void Collector::add_library(const LibrarySearch& search, const std::string& name, std::size_t by)
{
    const auto expanded = LibrarySearch::expand(name, objects_[by].directory);
    if (!expanded || expanded->empty()) return unresolved(name, paths_[by], "no name that a library can have");
    if (search.loader() == LibrarySearch::Loader::Musl && is_musls_own(*expanded)) return;
    // What cannot be found is so for all who ask; it is told once.
    if (!names_.insert(*expanded).second) return;
    Wanted wanted{*expanded, by};
    const auto before = result_.files.size();
    if (expanded->find('/') != expanded->npos)
        take_file(*expanded, wanted);
    else
        search.places(*expanded, objects_, by, [&](const Place& place) { return take_place(place, wanted); });
    if (result_.files.size() > before) return;
    if (wanted.problem.empty()) wanted.problem = budget_.exhausted() ? "too much to look through" : "not found";
    unresolved(name, paths_[by], std::move(wanted.problem));
}

LinkedFiles Collector::collect(const std::string& program) &&
{
    try {
        const auto interpreter = add_program(program);
        if (!interpreter) unresolved(program, program, interpreter.error());
        if (!interpreter || interpreter->empty()) return std::move(result_);
        add_interpreter(*interpreter);
        const LibrarySearch search = search_of(*interpreter);
        for (std::size_t by = 0; by < objects_.size() && !budget_.exhausted(); ++by)
            for (const std::string& name : objects_[by].dynamic.needed) add_library(search, name, by);
    } catch (const Error& error) {
        unresolved(program, program, error.what());
    }
    return std::move(result_);
}

}  // namespace

LinkedFiles linked_files(const std::string& program, const LinkOptions& options)
{
    return Collector{options}.collect(program);
}

}  // namespace husk::program
