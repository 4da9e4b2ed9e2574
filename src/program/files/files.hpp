#pragma once

#include "program/files/explain.hpp"
#include "program/files/facts.hpp"
#include "program/files/found.hpp"
#include "program/files/grants.hpp"
#include "program/files/skeleton.hpp"
#include "program/files/walk.hpp"

#include <husk/program.hpp>

#include <tl/expected.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::program {

/// All that a program sees of files by name: its grants, what Husk makes, its working directory.
///
/// Descriptors are opened on the way, with the low numbers that the kernel gives, until they are moved or closed. So whoever calls
/// holds Process::descriptors alone while a Found with descriptors of its own lives. Errors are errnos.
class Files {
public:
    /// Of a program with descriptors below `descriptor_line`; `pid` is the guest's id of itself. Nothing is there before open().
    Files(const ProgramConfig& config, const Space& space, int descriptor_line, int pid);
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;

    /// On a thread that shares the program's descriptors, once; Husk's own are moved to the line and above. Throws Error and
    /// std::invalid_argument, as Grants does.
    void open();
    bool is_open() const { return opened_.has_value(); }
    /// As before open(). On such a thread.
    void close();

    /// What `path` leads to, for a call with the directory descriptor `at` (or AT_FDCWD).
    tl::expected<Found, int> find(std::string_view path, const Lookup& lookup, int at);
    /// What the guest's descriptor refers to: its path in the guest's namespace. EBADF; EACCES if it has none.
    tl::expected<std::string, int> path_of(int descriptor) const;
    /// The name for a mapping of it in /proc/self/maps: its path, or what the kernel calls it.
    std::string name_of(int descriptor) const;
    /// 0 if the guest may change what is known of the file behind its descriptor (mode, owner, times, attributes), else the errno:
    /// a descriptor for reading alone does not allow it. `descriptor` is a copy above the line.
    int may_change(int descriptor);
    /// A stand-in for what Husk makes itself, with O_PATH.
    tl::expected<UniqueFd, int> stand_in(const Node& node) { return opened().skeleton.of(node); }

    std::string working_directory() const;
    /// Throws std::invalid_argument if it is none: for the start.
    void start_in(const std::string& path);
    int change_directory(Found& to);

    /// The program that runs, by the guest's path (`path`) and as a file of the host (`fd`, which is copied; O_PATH will do).
    void set_program(const std::string& path, int fd);
    Facts& facts() { return facts_; }

    /// What must stay within reach when Husk confines itself: folders and files by descriptor, others by path.
    struct Reach {
        std::string path;
        int descriptor = -1;
        bool writable = false;
    };
    std::vector<Reach> reach() const;

    const Grants& grants() const { return opened().grants; }
    Explain& explain() { return explain_; }
    int line() const { return line_; }
    /// O_PATH of /proc/thread-self/fd, of the thread that opened this: the descriptors that it and the program's threads share,
    /// which are not the process's if the program has its own. Only names of descriptors are looked up in it.
    int proc() const { return opened().descriptors.get(); }
    /// The same of /proc/thread-self/fdinfo: what the kernel tells of each descriptor.
    int proc_info() const { return opened().descriptors_info.get(); }

private:
    std::optional<Found> find_at_once(const std::string& path, const Lookup& lookup) const;
    tl::expected<std::string, int> base(std::string_view path, int at) const;
    tl::expected<Found, int> settled(Found found, const Lookup& lookup);
    tl::expected<std::string, int> descriptor_text(int number) const;
    tl::expected<UniqueFd, int> descriptor_copy(int number) const;
    bool is_guests(int number) const;
    std::optional<std::string> guest_path(const std::string& host) const;

    struct Opened {
        Opened(const ProgramConfig& config, int line);

        Grants grants;
        Skeleton skeleton{grants};
        UniqueFd descriptors;
        UniqueFd descriptors_info;
    };
    /// Throws std::logic_error before open().
    Opened& opened();
    const Opened& opened() const;

    Facts facts_;
    int line_;
    Explain explain_;
    std::optional<Opened> opened_;
    UniqueFd program_;
    WalkHelp help_;

    mutable std::mutex directory_mutex_;
    UniqueFd directory_;                ///< O_PATH; none: the folder is Husk's own
    std::string directory_path_ = "/";  ///< used if there is no descriptor
};

}  // namespace husk::program
