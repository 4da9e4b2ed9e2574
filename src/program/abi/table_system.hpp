#pragma once

#include "program/abi/make_argument.hpp"
#include "program/abi/system_calls.hpp"

namespace husk::program::table {

using namespace make;

/// The machine and its administration, and numbers that Linux keeps for calls that are gone.
inline constexpr auto kSystemCalls = std::to_array<SystemCall>({
    {63, "uname", {out("buf", Shape::SystemName)}},
    {99, "sysinfo", {out("info", Shape::SystemInfo)}},
    {103, "syslog", {num("type"), ptr("bufp"), num("len")}},
    {134, "uselib", {path("library")}},
    {136, "ustat", {plain(Kind::Device, "dev"), ptr("ubuf")}},
    {139, "sysfs", {num("option"), hex("arg1"), hex("arg2")}},
    {153, "vhangup", {}},
    {154, "modify_ldt", {num("func"), ptr("ptr"), size("bytecount")}},
    {155, "pivot_root", {path("new_root"), path("put_old")}},
    {156, "_sysctl", {ptr("args")}},
    {161, "chroot", {path("path")}},
    {163, "acct", {path("filename")}},
    {165, "mount", {path("source"), path("target"), text("filesystemtype"), hex("mountflags"), ptr("data")}},
    {166, "umount2", {path("target"), hex("flags")}},
    {167, "swapon", {path("path"), hex("swapflags")}},
    {168, "swapoff", {path("path")}},
    {169, "reboot", {hex("magic"), hex("magic2"), hex("op"), ptr("arg")}},
    {170, "sethostname", {in_bytes("name", 1), size("len")}},
    {171, "setdomainname", {in_bytes("name", 1), size("len")}},
    {172, "iopl", {num("level")}},
    {173, "ioperm", {hex("from"), size("num"), num("turn_on")}},
    {174, "create_module", {text("name"), size("size")}},
    {175, "init_module", {ptr("module_image"), size("len"), text("param_values")}},
    {176, "delete_module", {text("name"), flags("flags", Names::OpenFlagsOnly)}},
    {177, "get_kernel_syms", {ptr("table")}},
    {178, "query_module", {text("name"), num("which"), ptr("buf"), size("bufsize"), ptr("ret")}},
    {179, "quotactl", {hex("op"), path("special"), num("id"), ptr()}},
    {180, "nfsservctl", {num("cmd"), ptr("argp"), ptr("resp")}},
    {183, "afs_syscall", {}},
    {184, "tuxcall", {}},
    {185, "security", {}},
    {236, "vserver", {}},
    {246, "kexec_load", {ptr("entry"), size("nr_segments"), ptr("segments"), hex("flags")}},
    {248, "add_key", {text("type"), text("description"), ptr("payload"), size("plen"), num("keyring")}},
    {249, "request_key", {text("type"), text("description"), text("callout_info"), num("dest_keyring")}},
    {250, "keyctl", {num("operation"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {298, "perf_event_open", {in("attr", Shape::Other), pid(), num("cpu"), fd("group_fd"), hex("flags")}},
    {313, "finit_module", {fd(), text("param_values"), hex("flags")}},
    {318, "getrandom", {plain_bytes("buf"), size("buflen"), flags("flags", Names::RandomFlags)}},
    {320, "kexec_file_load", {fd("kernel_fd"), fd("initrd_fd"), size("cmdline_len"), text("cmdline"), hex("flags")}},
    {321, "bpf", {num("cmd"), ptr("attr"), uns("size")}},
    {428, "open_tree", {dir(), path("filename"), hex("flags")}},
    {429, "move_mount", {dir("from_dirfd"), path("from_pathname"), dir("to_dirfd"), path("to_pathname"), hex("flags")}},
    {430, "fsopen", {text("fsname"), hex("flags")}},
    {431, "fsconfig", {fd(), uns("cmd"), text("key"), ptr("value"), num("aux")}},
    {432, "fsmount", {fd("fsfd"), hex("flags"), hex("attr_flags")}},
    {433, "fspick", {dir(), path(), hex("flags")}},
    {442, "mount_setattr", {dir(), path(), hex("flags"), ptr("attr"), size("size")}},
    {443, "quotactl_fd", {fd(), hex("cmd"), num("id"), ptr()}},
    {457, "statmount", {in("req", Shape::Other), ptr("buf"), size("bufsize"), hex("flags")}},
    {458, "listmount", {in("req", Shape::Other), ptr("mnt_ids"), size("nr_mnt_ids"), hex("flags")}},
});

}  // namespace husk::program::table
