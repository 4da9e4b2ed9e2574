#include "program/freeze_point.hpp"

#include "base/match.hpp"
#include "program/image/symbols.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace husk {

using namespace freeze_points;

namespace program {

namespace {

GuestVirt address_of(const std::string& symbol, const Parts& parts)
{
    const auto no_such = [&](const std::string& path) {
        return std::invalid_argument{fmt::format("{} has no symbol {}", path, symbol)};
    };
    if (!parts.start) throw no_such("a program that was thawed");
    const std::string& path = parts.start->program.path;
    const auto file = FileSource::open(path);
    if (!file) throw Error{"open", file.error(), path};
    const auto found = find_symbol(*file, symbol);
    if (!found) throw no_such(path);
    return {*found + parts.process.loaded.bias};
}

}  // namespace

FreezeWhere where_of(const FreezePoint& point, const Parts& parts)
{
    FreezeWhere where;
    std::visit(match{
                   [&](const Asked&) { where.asked = true; },
                   [&](const StandardInput&) { where.standard_input = true; },
                   [&](const freeze_points::SystemCall& call) {
                       if (call.nth == 0) throw std::invalid_argument{"calls are counted from 1"};
                       where.call = call.number;
                       where.nth = call.nth;
                   },
                   [&](const Symbol& symbol) { where.instruction = address_of(symbol.name, parts); },
                   [&](const After& after) { where.after = after.time; },
                   [](const Requested&) {},
               },
               point);
    return where;
}

}  // namespace program
}  // namespace husk
