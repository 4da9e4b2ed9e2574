#pragma once

#include "base/unique_fd.hpp"

#include <filesystem>
#include <string>

namespace husk::frozen {

/// A file that is written where nobody sees it and then becomes `path` at once, whole and on disk. Whenever this process is killed,
/// `path` is what it was or the new file.
///
/// Where the file system has files without a name (O_TMPFILE), a draft has none, and vanishes with the process. To take the place
/// of a file that is there it needs one for a moment, and elsewhere it has it from the beginning: kDraftName and some digits, in
/// the folder of `path`. That much may be left by a process that was killed just then.
class Draft {
public:
    static constexpr std::string_view kDraftName = ".husk-draft-";

    /// `path` may be there if it is a regular file, or a link to one, which stays a link. Throws Error.
    explicit Draft(const std::filesystem::path& path);
    ~Draft();
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    /// Open for writing.
    int fd() const { return fd_.get(); }

    /// Once. Throws Error; then `path` is what it was.
    void publish();
    /// Another process, which this one was copied to, has it: what there is stays.
    void leave_to_other();

private:
    bool open_nameless();
    void open_named();
    bool link_as(const std::string& name);
    void take_name();

    std::filesystem::path path_;
    UniqueFd folder_;
    std::string name_;  ///< the draft's in the folder, if it has one
    UniqueFd fd_;
};

}  // namespace husk::frozen
