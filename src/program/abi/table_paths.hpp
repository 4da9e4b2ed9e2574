#pragma once

#include "program/abi/make_argument.hpp"
#include "program/abi/system_calls.hpp"

namespace husk::program::table {

using namespace make;

/// Paths: the tree of files, and what is known of each.
inline constexpr auto kPathCalls = std::to_array<SystemCall>({
    {4, "stat", {path(), out("statbuf", Shape::Stat)}},
    {6, "lstat", {path(), out("statbuf", Shape::Stat)}},
    {21, "access", {path(), flags("mode", Names::AccessMode)}},
    {76, "truncate", {path("path"), offset("length")}},
    {79, "getcwd", {out("buf", Shape::PathName), size("size")}},
    {80, "chdir", {path("path")}},
    {82, "rename", {path("oldpath"), path("newpath")}},
    {83, "mkdir", {path(), mode()}},
    {84, "rmdir", {path()}},
    {86, "link", {path("oldpath"), path("newpath")}},
    {87, "unlink", {path()}},
    {88, "symlink", {path("target"), path("linkpath")}},
    {89, "readlink", {path(), out_bytes("buf"), size("bufsiz")}},
    {90, "chmod", {path(), mode()}},
    {92, "chown", {path(), id("owner"), id("group")}},
    {94, "lchown", {path(), id("owner"), id("group")}},
    {95, "umask", {mode("mask")}, Returns::Octal},
    {132, "utime", {path("filename"), in("times", Shape::Other)}},
    {133, "mknod", {path(), plain(Kind::FileMode, "mode"), plain(Kind::Device, "dev")}},
    {137, "statfs", {path("path"), out("buf", Shape::Statfs)}},
    {188, "setxattr", {path("path"), text("name"), in_bytes("value", 3), size("size"), flags("flags", Names::XattrFlags)}},
    {189, "lsetxattr", {path("path"), text("name"), in_bytes("value", 3), size("size"), flags("flags", Names::XattrFlags)}},
    {190, "fsetxattr", {fd(), text("name"), in_bytes("value", 3), size("size"), flags("flags", Names::XattrFlags)}},
    {191, "getxattr", {path("path"), text("name"), out_bytes("value"), size("size")}},
    {192, "lgetxattr", {path("path"), text("name"), out_bytes("value"), size("size")}},
    {193, "fgetxattr", {fd(), text("name"), out_bytes("value"), size("size")}},
    {194, "listxattr", {path("path"), out_bytes("list"), size("size")}},
    {195, "llistxattr", {path("path"), out_bytes("list"), size("size")}},
    {196, "flistxattr", {fd(), out_bytes("list"), size("size")}},
    {197, "removexattr", {path("path"), text("name")}},
    {198, "lremovexattr", {path("path"), text("name")}},
    {199, "fremovexattr", {fd(), text("name")}},
    {212, "lookup_dcookie", {hex("cookie"), ptr("buffer"), size("len")}},
    {235, "utimes", {path("filename"), in("times", Shape::TimevalPair)}},
    {258, "mkdirat", {dir(), path(), mode()}},
    {259, "mknodat", {dir(), path(), plain(Kind::FileMode, "mode"), plain(Kind::Device, "dev")}},
    {260, "fchownat", {dir(), path(), id("owner"), id("group"), flags("flags", Names::AtFlags)}},
    {261, "futimesat", {dir(), path(), in("times", Shape::TimevalPair)}},
    {262, "newfstatat", {dir(), path(), out("statbuf", Shape::Stat), flags("flags", Names::AtFlags)}},
    {263, "unlinkat", {dir(), path(), flags("flags", Names::UnlinkFlags)}},
    {264, "renameat", {dir("olddirfd"), path("oldpath"), dir("newdirfd"), path("newpath")}},
    {265, "linkat", {dir("olddirfd"), path("oldpath"), dir("newdirfd"), path("newpath"), flags("flags", Names::AtFlags)}},
    {266, "symlinkat", {path("target"), dir("newdirfd"), path("linkpath")}},
    {267, "readlinkat", {dir(), path(), out_bytes("buf"), size("bufsiz")}},
    {268, "fchmodat", {dir(), path(), mode()}},
    {269, "faccessat", {dir(), path(), flags("mode", Names::AccessMode)}},
    {280, "utimensat", {dir(), path(), in("times", Shape::TimespecPair), flags("flags", Names::AtFlags)}},
    {303,
     "name_to_handle_at",
     {dir(), path(), inout("handle", Shape::Other), out("mount_id", Shape::Int), flags("flags", Names::AtFlags)}},
    {304, "open_by_handle_at", {fd("mount_fd"), in("handle", Shape::Other), flags("flags", Names::OpenFlags)}},
    {316, "renameat2", {dir("olddirfd"), path("oldpath"), dir("newdirfd"), path("newpath"), flags("flags", Names::RenameFlags)}},
    {332,
     "statx",
     {dir(), path(), flags("flags", Names::StatxFlags), flags("mask", Names::StatxMask), out("statxbuf", Shape::Statx)}},
    {439, "faccessat2", {dir(), path(), flags("mode", Names::AccessMode), flags("flags", Names::AccessAtFlags)}},
    {452, "fchmodat2", {dir(), path(), mode(), flags("flags", Names::AtFlags)}},
});

}  // namespace husk::program::table
