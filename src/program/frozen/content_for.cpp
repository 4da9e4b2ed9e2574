#include "program/frozen/content_for.hpp"

#include "machine/choose_engine.hpp"

#include <husk/error.hpp>

namespace husk::program {

namespace {

/// As choose_engine() would say.
bool is_soft(Engine wanted)
{
    if (wanted != Engine::Auto) return wanted == Engine::Soft;
    try {
        return !machine::kvm_lacks(x86::Mode::Long).empty();
    } catch (const Error&) {  // there is no KVM
        return true;
    }
}

}  // namespace

std::shared_ptr<const FrozenContent> content_for(std::shared_ptr<const FrozenContent> content, Engine wanted)
{
    content->memory->check();
    if (content->memory->sealed() || !is_soft(wanted)) return content;
    auto held = std::make_shared<FrozenContent>(*content);
    held->memory = std::shared_ptr<const MemoryImage>{content->memory, &content->memory->sealed_copy()};
    return held;
}

}  // namespace husk::program
