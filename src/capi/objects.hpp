#pragma once

#include <husk/husk.h>
#include <husk/error.hpp>
#include <husk/instance.hpp>
#include <husk/pool.hpp>

#include <memory>
#include <stdexcept>

/// What stands behind the handles of the C API.

struct husk_frozen {
    husk::FrozenProgram program;
};

struct husk_instance {
    husk::Instance* guest;  ///< its own, or the lease's
    std::unique_ptr<husk::Instance> own{};
    std::unique_ptr<husk::Pool<husk::Instance>::Lease> lease{};
};

struct husk_pool {
    husk::Pool<husk::Instance> instances;
};

struct husk_host {
    husk::HostCall& call;
};

namespace husk::capi {

/// Writes down why something failed, if anybody wants to know, and gives the status.
husk_status say(husk_error* error, husk_status status, int code, const char* message) noexcept;

/// Does `work`, and turns what it throws into a status and a message.
template <typename Work>
husk_status guarded(husk_error* error, Work&& work) noexcept
{
    try {
        const husk_status status = work();
        return status == HUSK_OK ? say(error, HUSK_OK, 0, "") : status;
    } catch (const Error& failure) {
        return say(error, HUSK_FAILED, failure.code().value(), failure.what());
    } catch (const std::invalid_argument& misuse) {
        return say(error, HUSK_MISUSE, 0, misuse.what());
    } catch (const std::exception& failure) {
        return say(error, HUSK_FAILED, 0, failure.what());
    } catch (...) {
        return say(error, HUSK_FAILED, 0, "something that is no exception was thrown");
    }
}

/// How an instance reaches its host. Throws std::invalid_argument for options that make no sense.
ProgramConfig config_of(const husk_options* options);

}  // namespace husk::capi
