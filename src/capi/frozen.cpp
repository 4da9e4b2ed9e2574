// Frozen programs by the C API.
#include "capi/objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

using namespace husk;
using capi::guarded;
using capi::say;

namespace husk::capi {

husk_status say(husk_error* error, husk_status status, int code, const char* message) noexcept
{
    if (error == nullptr) return status;
    error->status = status;
    error->code = code;
    const std::size_t size = std::min(std::strlen(message), sizeof error->message - 1);
    std::memcpy(error->message, message, size);
    error->message[size] = '\0';
    return status;
}

namespace {

std::vector<std::string> words(const char* const* list)
{
    std::vector<std::string> all;
    for (; list != nullptr && *list != nullptr; ++list) all.emplace_back(*list);
    return all;
}

std::string why_not(const NotFrozen& reason)
{
    if (const auto* const stop = std::get_if<ProgramStop>(&reason))
        return fmt::format("the program did not ask to be frozen: {}", describe(*stop));
    std::string text = "the program has what cannot be frozen:";
    for (const auto& [what, why] : std::get<std::vector<NotFreezable>>(reason)) text += fmt::format(" {} ({});", what, why);
    text.pop_back();
    return text;
}

}  // namespace
}  // namespace husk::capi

const char* husk_version(void)
{
    return HUSK_VERSION;
}

husk_frozen* husk_frozen_open(const char* path, husk_error* error)
{
    husk_frozen* made = nullptr;
    guarded(error, [&] {
        if (path == nullptr) throw std::invalid_argument{"the path is NULL"};
        auto opened = FrozenProgram::open(path);
        if (!opened) return say(error, HUSK_MISUSE, 0, fmt::format("{}: {}", path, describe(opened.error())).c_str());
        made = new husk_frozen{*std::move(opened)};
        return HUSK_OK;
    });
    return made;
}

husk_frozen* husk_frozen_from_program(const char* path, const char* const* arguments, const char* const* environment,
                                      const husk_options* options, husk_error* error)
{
    husk_frozen* made = nullptr;
    guarded(error, [&] {
        if (path == nullptr) throw std::invalid_argument{"the path is NULL"};
        ProgramConfig config = capi::config_of(options);
        config.path = path;
        config.arguments = capi::words(arguments);
        config.environment = capi::words(environment);
        config.default_grants = true;
        auto frozen = FrozenProgram::freeze(std::move(config), freeze_points::Asked{});
        if (!frozen) return say(error, HUSK_STOPPED, 0, capi::why_not(frozen.error()).c_str());
        made = new husk_frozen{*std::move(frozen)};
        return HUSK_OK;
    });
    return made;
}

husk_status husk_frozen_save(const husk_frozen* frozen, const char* path, husk_error* error)
{
    return guarded(error, [&] {
        if (frozen == nullptr || path == nullptr) throw std::invalid_argument{"a frozen program and a path are needed"};
        frozen->program.save(path);
        return HUSK_OK;
    });
}

void husk_frozen_free(husk_frozen* frozen)
{
    delete frozen;
}
