#pragma once

#include "program/image/dynamic.hpp"
#include "program/image/file.hpp"
#include "program/image/real_path.hpp"

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace husk::program {

/// A file that a program's loader opens to start it.
struct LinkedFile {
    std::string path{};         ///< as the loader opens it, made absolute
    std::string real{};         ///< without symbolic links
    std::vector<Link> links{};  ///< that lead from the one to the other
    bool operator==(const LinkedFile&) const = default;
};

/// One that has been opened.
struct OpenedFile {
    LinkedFile names;
    FileSource file;
};

/// Opens files as a program in `directory` of a system at `root` sees them: see real_path(). What goes wrong is told in words.
class FileOpener {
public:
    FileOpener(std::string root, std::string directory) : root_{std::move(root)}, directory_{std::move(directory)} {}

    tl::expected<OpenedFile, std::string> open(const std::string& path, Budget& budget) const;
    bool exists(const std::string& path, Budget& budget) const;

private:
    std::string absolute(const std::string& path) const { return path.starts_with('/') ? path : directory_ + "/" + path; }

    std::string root_;
    std::string directory_;
};

/// The dynamic section of a shared object for x86-64, if the file is one; else what is wrong, in words. So it is if the host cannot
/// read the file.
tl::expected<Dynamic, std::string> read_shared_object(const FileSource& file);

}  // namespace husk::program
