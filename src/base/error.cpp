#include <husk/error.hpp>

#include <fmt/format.h>

namespace husk {

namespace {
std::string message(std::string_view call, std::string_view hint)
{
    return hint.empty() ? std::string{call} : fmt::format("{} ({})", call, hint);
}
}  // namespace

Error::Error(std::string_view call, int error, std::string_view hint)
    : std::system_error{error, std::generic_category(), message(call, hint)}, call_{call}, hint_{hint}
{}

}  // namespace husk
