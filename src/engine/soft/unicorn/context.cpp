#include "engine/soft/unicorn/context.hpp"

#include "engine/soft/unicorn/failure.hpp"

namespace husk::soft {

Context::Context(uc_engine* engine) : engine_{engine}
{
    uc_context* context = nullptr;
    check(uc_context_alloc(engine_, &context), "uc_context_alloc");
    context_.reset(context);
    size_ = uc_context_size(engine_);
    save();
}

void Context::save()
{
    check(uc_context_save(engine_, context_.get()), "uc_context_save");
}

void Context::restore() const
{
    check(uc_context_restore(engine_, context_.get()), "uc_context_restore");
}

}  // namespace husk::soft
