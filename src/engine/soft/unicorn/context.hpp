#pragma once

#include <unicorn/unicorn.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>

namespace husk::soft {

/// A copy of Unicorn's processor: all of its registers, also those that its interface gives no access to (Layout says where they
/// are). Copying takes some 40 ns either way; no translation and no TLB entry is dropped by it.
class Context {
public:
    /// Starts as the processor is now. Throws Error.
    explicit Context(uc_engine* engine);

    void save();
    void restore() const;

    template <typename Value>
    requires std::is_trivially_copyable_v<Value> Value get(std::size_t offset)
    const
    {
        Value value;
        std::memcpy(&value, bytes() + offset, sizeof value);
        return value;
    }
    template <typename Value>
    requires std::is_trivially_copyable_v<Value>
    void set(std::size_t offset, Value value) { std::memcpy(bytes() + offset, &value, sizeof value); }

    std::size_t size() const { return size_; }
    const std::byte* bytes() const { return reinterpret_cast<const std::byte*>(context_.get()); }

private:
    std::byte* bytes() { return reinterpret_cast<std::byte*>(context_.get()); }

    struct Free {
        void operator()(uc_context* context) const { uc_context_free(context); }
    };
    uc_engine* engine_;
    std::unique_ptr<uc_context, Free> context_;
    std::size_t size_ = 0;
};

}  // namespace husk::soft
