#pragma once

#include "frozen/fields.hpp"
#include "program/frozen/content.hpp"

/// The fields of a program's state by their names in a frozen file: see frozen/fields.hpp.
namespace husk::program {

using frozen::Either;

void fields(Either<FrozenArea> auto& area, auto&& visit)
{
    visit("begin", area.begin), visit("end", area.end), visit("protection", area.protection), visit("flags", area.flags);
    visit("file_offset", area.file_offset), visit("name", area.name), visit("wipe_on_fork", area.wipe_on_fork);
}

void fields(Either<FrozenRange> auto& range, auto&& visit)
{
    visit("begin", range.begin), visit("end", range.end);
}

void fields(Either<FrozenPending> auto& pending, auto&& visit)
{
    visit("set", pending.set), visit("infos", pending.infos);
}

void fields(Either<FrozenWait> auto& wait, auto&& visit)
{
    visit("number", wait.number), visit("arguments", wait.arguments), visit("left", wait.left);
}

void fields(Either<FrozenThread> auto& thread, auto&& visit)
{
    visit("id", thread.id), visit("first", thread.first), visit("name", thread.name), visit("registers", thread.registers);
    visit("fs_base", thread.fs_base), visit("gs_base", thread.gs_base), visit("vectors", thread.vectors);
    visit("clear_child_tid", thread.clear_child_tid), visit("robust_list", thread.robust_list);
    visit("blocked", thread.blocked), visit("pending", thread.pending), visit("stack", thread.stack);
    visit("stack_size", thread.stack_size), visit("stack_flags", thread.stack_flags);
    visit("asked_to_freeze", thread.asked_to_freeze), visit("wait", thread.wait);
}

void fields(Either<FrozenAction> auto& action, auto&& visit)
{
    visit("signal", action.signal), visit("handler", action.handler), visit("flags", action.flags);
    visit("restorer", action.restorer), visit("mask", action.mask);
}

void fields(Either<FrozenLimit> auto& limit, auto&& visit)
{
    visit("current", limit.current), visit("maximum", limit.maximum);
}

void fields(Either<FrozenVdso> auto& vdso, auto&& visit)
{
    visit("hash", vdso.hash), visit("size", vdso.size);
}

void fields(Either<FrozenGrant> auto& grant, auto&& visit)
{
    visit("path", grant.path), visit("writable", grant.writable), visit("at", grant.at), visit("by_default", grant.by_default);
}

void fields(Either<ProgramState> auto& state, auto&& visit)
{
    visit("id", state.id), visit("program", state.program), visit("name", state.name);
    visit("working_directory", state.working_directory), visit("arguments", state.arguments);
    visit("environment", state.environment), visit("auxiliary", state.auxiliary), visit("umask", state.umask);
    visit("dumpable", state.dumpable), visit("no_new_privileges", state.no_new_privileges), visit("bias", state.bias);
    visit(frozen::may_be_missing("address_space"), state.address_space);
    visit("break_begin", state.break_begin), visit("break_end", state.break_end), visit("areas", state.areas);
    visit("threads", state.threads), visit("actions", state.actions), visit("pending", state.pending);
    visit("limits", state.limits), visit("descriptors", state.descriptors), visit("vdso", state.vdso);
    visit("grants", state.grants), visit("private_tmp", state.private_tmp);
    visit("functions_size", state.functions_size), visit(frozen::may_be_missing("touched"), state.touched);
}

}  // namespace husk::program
