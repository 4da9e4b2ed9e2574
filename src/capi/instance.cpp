// Instances and pools by the C API.
#include "capi/objects.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

using namespace husk;
using capi::guarded;
using capi::say;

namespace husk::capi {
namespace {

Engine engine_of(const char* name)
{
    const std::string_view wanted = name == nullptr ? "auto" : name;
    for (const Engine engine : {Engine::Auto, Engine::Kvm, Engine::Soft})
        if (husk::name(engine) == wanted) return engine;
    throw std::invalid_argument{fmt::format("there is no engine '{}': auto, kvm and soft are", wanted)};
}

HostFunction function_of(const husk_host_entry& entry)
{
    if (entry.name == nullptr || entry.callback == nullptr)
        throw std::invalid_argument{"a host function has a name and a callback"};
    return [callback = entry.callback, user = entry.user](HostCall& call) -> std::optional<std::int64_t> {
        husk_host host{call};
        return callback(user, &host, call.arguments.data(), call.arguments.size());
    };
}

Argument argument_of(const husk_argument& given)
{
    const auto check = [&](const void* bytes) {
        if (bytes == nullptr && given.size != 0) throw std::invalid_argument{"the bytes of an argument are NULL"};
    };
    switch (given.kind) {
        case HUSK_INTEGER: return given.integer;
        case HUSK_REAL: return given.real;
        case HUSK_IN: check(given.in); return In{{static_cast<const std::byte*>(given.in), given.size}};
        case HUSK_IN_OUT: check(given.in_out); return InOut{{static_cast<std::byte*>(given.in_out), given.size}};
    }
    throw std::invalid_argument{fmt::format("there is no kind {} of arguments", static_cast<int>(given.kind))};
}

std::chrono::nanoseconds timeout_of(std::uint64_t nanoseconds)
{
    constexpr auto kMost = std::chrono::nanoseconds::max();
    return nanoseconds == 0 || nanoseconds > static_cast<std::uint64_t>(kMost.count())
               ? kMost
               : std::chrono::nanoseconds{static_cast<std::int64_t>(nanoseconds)};
}

template <typename Handle>
Handle& needed(Handle* handle, const char* what)
{
    if (handle == nullptr) throw std::invalid_argument{fmt::format("{} is NULL", what)};
    return *handle;
}

/// A caller that was built with an older header knows fewer fields: what it does not say is 0.
husk_options whole(const husk_options& given)
{
    constexpr std::size_t kFirst = offsetof(husk_options, any_cpu);
    if (given.size != sizeof given && given.size != kFirst)
        throw std::invalid_argument{fmt::format("husk_options has {} bytes here, and not {}", sizeof given, given.size)};
    husk_options all{};
    std::memcpy(&all, &given, given.size);
    return all;
}

}  // namespace

ProgramConfig config_of(const husk_options* given)
{
    ProgramConfig config;
    if (given == nullptr) return config;
    const husk_options options = whole(*given);
    config.any_cpu = options.any_cpu != 0;
    config.engine = engine_of(options.engine);
    if (options.memory != 0) config.limits.memory = options.memory;
    config.standard_output = options.standard_output;
    config.standard_error = options.standard_error;
    for (const husk_host_entry& entry : std::span{options.host_functions, options.host_function_count})
        config.host_functions[entry.name == nullptr ? "" : entry.name] = function_of(entry);
    return config;
}

}  // namespace husk::capi

using namespace husk::capi;

int husk_host_read(husk_host* host, uint64_t at, void* into, size_t size)
{
    return host->call.read(at, {static_cast<std::byte*>(into), size}) ? 1 : 0;
}

int husk_host_write(husk_host* host, uint64_t at, const void* from, size_t size)
{
    return host->call.write(at, {static_cast<const std::byte*>(from), size}) ? 1 : 0;
}

husk_instance* husk_instance_new(const husk_frozen* frozen, const husk_options* options, husk_error* error)
{
    husk_instance* made = nullptr;
    guarded(error, [&] {
        auto guest = std::make_unique<Instance>(needed(frozen, "the frozen program").program, config_of(options));
        Instance* const own = guest.get();
        made = new husk_instance{.guest = own, .own = std::move(guest)};
        return HUSK_OK;
    });
    return made;
}

void husk_instance_free(husk_instance* instance)
{
    delete instance;
}

husk_status husk_call(husk_instance* instance, const char* function, const husk_argument* arguments, size_t count, uint64_t timeout,
                      husk_returned* result, husk_error* error)
{
    return guarded(error, [&] {
        if (function == nullptr || (arguments == nullptr && count != 0))
            throw std::invalid_argument{"a function and its arguments are needed"};
        std::vector<Argument> given;
        given.reserve(count);
        for (const husk_argument& argument : std::span{arguments, count}) given.push_back(argument_of(argument));
        const auto returned = needed(instance, "the instance").guest->call(function, given, timeout_of(timeout));
        if (!returned) return say(error, HUSK_STOPPED, 0, describe(returned.error()).c_str());
        if (result != nullptr) *result = {returned->integer, returned->real};
        return HUSK_OK;
    });
}

husk_status husk_reset(husk_instance* instance, husk_error* error)
{
    return guarded(error, [&] {
        needed(instance, "the instance").guest->reset();
        return HUSK_OK;
    });
}

husk_status husk_read(const husk_instance* instance, uint64_t at, void* into, size_t size, husk_error* error)
{
    return guarded(error, [&] {
        if (!needed(instance, "the instance").guest->read({at}, {static_cast<std::byte*>(into), size}))
            throw std::invalid_argument{fmt::format("{:#x} bytes at {:#x} are not all the program's memory", size, at)};
        return HUSK_OK;
    });
}

husk_status husk_write(husk_instance* instance, uint64_t at, const void* from, size_t size, husk_error* error)
{
    return guarded(error, [&] {
        if (!needed(instance, "the instance").guest->write({at}, {static_cast<const std::byte*>(from), size}))
            throw std::invalid_argument{fmt::format("{:#x} bytes at {:#x} are not all memory that may be written", size, at)};
        return HUSK_OK;
    });
}

husk_pool* husk_pool_new(const husk_frozen* frozen, const husk_options* options, size_t most, size_t warm, husk_error* error)
{
    husk_pool* made = nullptr;
    guarded(error, [&] {
        const auto make = [program = needed(frozen, "the frozen program").program, config = config_of(options)] {
            return Instance{program, config};
        };
        made = new husk_pool{{make, [](Instance& used) { used.reset(); }, {.most = most, .warm = warm}}};
        return HUSK_OK;
    });
    return made;
}

void husk_pool_free(husk_pool* pool)
{
    delete pool;
}

husk_instance* husk_pool_take(husk_pool* pool, uint64_t timeout, husk_error* error)
{
    husk_instance* taken = nullptr;
    guarded(error, [&] {
        auto lease = needed(pool, "the pool").instances.take(timeout_of(timeout));
        if (!lease) return say(error, HUSK_TIMED_OUT, 0, "no instance came back in time");
        auto kept = std::make_unique<Pool<Instance>::Lease>(std::move(*lease));
        Instance* const guest = &**kept;
        taken = new husk_instance{.guest = guest, .lease = std::move(kept)};
        return HUSK_OK;
    });
    return taken;
}

void husk_pool_give_back(husk_pool*, husk_instance* instance)
{
    delete instance;
}

husk_pool_metrics husk_pool_state(const husk_pool* pool)
{
    const PoolMetrics now = pool->instances.metrics();
    return {.in_use = now.in_use,
            .warm = now.warm,
            .waiting = now.waiting,
            .taken = now.taken,
            .made = now.made,
            .resets = now.resets,
            .dropped = now.dropped,
            .timeouts = now.timeouts,
            .waited = static_cast<std::uint64_t>(now.waited.count())};
}
