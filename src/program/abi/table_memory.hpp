#pragma once

#include "program/abi/make_argument.hpp"
#include "program/abi/system_calls.hpp"

namespace husk::program::table {

using namespace make;

inline constexpr auto kMemoryCalls = std::to_array<SystemCall>({
    {9,
     "mmap",
     {ptr(), size("length"), flags("prot", Names::MmapProt), flags("flags", Names::MmapFlags), fd(), hex("offset")},
     Returns::Hex},
    {10, "mprotect", {ptr(), size("len"), flags("prot", Names::MmapProt)}},
    {11, "munmap", {ptr(), size("length")}},
    {12, "brk", {ptr()}, Returns::Hex},
    {25,
     "mremap",
     {ptr("old_address"), size("old_size"), size("new_size"), flags("flags", Names::MremapFlags), ptr("new_address")},
     Returns::Hex},
    {26, "msync", {ptr(), size("length"), flags("flags", Names::MsyncFlags)}},
    {27, "mincore", {ptr(), size("length"), ptr("vec")}},
    {28, "madvise", {ptr(), size("length"), flags("advice", Names::MadviseAdvice)}},
    {29, "shmget", {hex("key"), size("size"), hex("shmflg")}},
    {30, "shmat", {num("shmid"), ptr("shmaddr"), hex("shmflg")}, Returns::Hex},
    {31, "shmctl", {num("shmid"), num("cmd"), ptr("buf")}},
    {67, "shmdt", {ptr("shmaddr")}},
    {149, "mlock", {ptr(), size("len")}},
    {150, "munlock", {ptr(), size("len")}},
    {151, "mlockall", {flags("flags", Names::MlockallFlags)}},
    {152, "munlockall", {}},
    {216,
     "remap_file_pages",
     {ptr(), size("size"), flags("prot", Names::MmapProt), size("pgoff"), flags("flags", Names::MmapFlags)}},
    {237, "mbind", {ptr(), size("len"), flags("mode", Names::MemoryPolicy), ptr("nodemask"), size("maxnode"), hex("flags")}},
    {238, "set_mempolicy", {flags("mode", Names::MemoryPolicy), ptr("nodemask"), size("maxnode")}},
    {239, "get_mempolicy", {out("mode", Shape::Int), ptr("nodemask"), size("maxnode"), ptr(), hex("flags")}},
    {256, "migrate_pages", {pid(), size("maxnode"), ptr("old_nodes"), ptr("new_nodes")}},
    {279, "move_pages", {pid(), size("count"), ptr("pages"), ptr("nodes"), ptr("status"), hex("flags")}},
    {319, "memfd_create", {text("name"), flags("flags", Names::MemfdFlags)}},
    {323, "userfaultfd", {flags("flags", Names::OpenFlagsOnly)}},
    {325, "mlock2", {ptr(), size("len"), flags("flags", Names::MlockFlags)}},
    {329, "pkey_mprotect", {ptr(), size("len"), flags("prot", Names::MmapProt), num("pkey")}},
    {330, "pkey_alloc", {hex("flags"), flags("access_rights", Names::PkeyRights)}},
    {331, "pkey_free", {num("pkey")}},
    {440,
     "process_madvise",
     {fd("pidfd"), in("iovec", Shape::IoVectors, 2), size("vlen"), flags("advice", Names::MadviseAdvice), hex("flags")}},
    {447, "memfd_secret", {flags("flags", Names::OpenFlagsOnly)}},
    {448, "process_mrelease", {fd("pidfd"), hex("flags")}},
    {450, "set_mempolicy_home_node", {ptr("start"), size("len"), size("home_node"), hex("flags")}},
    {453, "map_shadow_stack", {ptr(), size("size"), hex("flags")}, Returns::Hex},
    {462, "mseal", {ptr(), size("len"), hex("flags")}},
});

}  // namespace husk::program::table
