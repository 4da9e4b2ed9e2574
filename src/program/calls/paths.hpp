#pragma once

#include "program/calls/handlers.hpp"
#include "program/process/process.hpp"

#include <tl/expected.hpp>

#include <fcntl.h>

#include <concepts>
#include <mutex>
#include <string>

/// What the calls that take a path have in common. A path is copied, then looked up, and what was found is held by a descriptor:
/// the call is made on that, so that nothing can come between. Process::descriptors is held alone from the lookup to the call's
/// end.
namespace husk::program {

/// A path of the guest's. Errors are EFAULT and ENAMETOOLONG.
tl::expected<std::string, int> path_argument(const Thread& thread, GuestVirt at);

/// True if the number may be a descriptor of the guest's. Whether it is open the kernel will tell.
inline bool is_guests(const Process& process, int descriptor)
{
    return descriptor >= 0 && descriptor < process.descriptor_line;
}

/// "/proc/self/fd/7", for calls that know paths only.
std::string proc_path(int fd);

/// Which object a call means.
struct Target {
    int at = AT_FDCWD;
    std::string path;
    bool follow = true;
    bool empty_path = false;  ///< AT_EMPTY_PATH: without a path, the descriptor `at` itself
    bool change = false;      ///< it is to be changed, which takes a grant for writing
};

/// The object: a descriptor that is it, and may be a stand-in.
struct Object {
    Held fd;
    Found found;
};

/// The caller holds Process::descriptors alone. Errors are errnos.
tl::expected<Object, int> object_of(Process& process, const Target& target);

/// 0, or the errno for changing what was found, which is then explained.
int may_change(Process& process, const Found& found);
/// The same for an entry that is to be made: EEXIST before EROFS, as Linux has it.
int may_make(Process& process, const Found& entry);

/// `use(fd, found)` with the object.
template <std::invocable<int, const Found&> Use>
Result with_object(Thread& thread, const Target& target, const Use& use)
{
    const std::unique_lock alone{thread.process.descriptors};
    const auto object = object_of(thread.process, target);
    return object ? use(object->fd.get(), object->found) : -object.error();
}

/// `target`, with a path from the guest's memory.
template <std::invocable<int, const Found&> Use>
Result with_object_at(Thread& thread, GuestVirt path, Target target, const Use& use)
{
    auto text = path_argument(thread, path);
    if (!text) return -text.error();
    target.path = *std::move(text);
    return with_object(thread, target, use);
}

/// `use(folder, name, entry)` with an entry that is to be made or removed; the name has its slash.
template <std::invocable<int, const char*, const Found&> Use>
Result with_entry(Thread& thread, int at, GuestVirt path, const Use& use)
{
    const auto text = path_argument(thread, path);
    if (!text) return -text.error();
    const std::unique_lock alone{thread.process.descriptors};
    const auto entry = thread.process.files.find(*text, {.want = Lookup::Want::Entry, .change = true, .resolve = 0}, at);
    if (!entry) return -entry.error();
    const std::string name = entry->slash ? entry->name + "/" : entry->name;
    return use(entry->folder.get(), name.c_str(), *entry);
}

/// The bits of a new file's mode that a guest has a say in: no file of the host's gets to run as someone else.
inline constexpr std::uint32_t kFileModeBits = 01777;
inline constexpr std::uint32_t kFolderModeBits = 03777;

/// Opens by name; `path` is the guest's.
struct OpenRequest {
    int at = AT_FDCWD;
    std::string path;
    std::uint64_t flags = 0;
    std::uint32_t mode = 0;
    std::uint64_t resolve = 0;
};
Result open_path(Thread& thread, const OpenRequest& request);
/// Opens what was found for it. Releases `alone` where that may wait.
Result open_found(Thread& thread, Found& found, const OpenRequest& request, std::unique_lock<std::shared_mutex>& alone);
/// A descriptor made for the guest: closed again, EMFILE, if it lies above the line.
Result below_line(const Process& process, Result descriptor);

/// The calls, by file.
std::span<const Served> path_open_calls();
std::span<const Served> path_stat_calls();
std::span<const Served> path_entry_calls();
std::span<const Served> path_attribute_calls();
std::span<const Served> path_time_calls();
std::span<const Served> path_xattr_calls();
std::span<const Served> path_folder_calls();

}  // namespace husk::program
