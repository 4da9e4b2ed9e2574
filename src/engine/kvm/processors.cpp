#include "engine/kvm/processors.hpp"

#include <stdexcept>

namespace husk::kvm {

Processor& Processors::take(int vm)
{
    const std::lock_guard lock{mutex_};
    if (free_.empty()) return make(vm);
    Processor& processor = *free_.back();
    free_.pop_back();
    return processor;
}

Processor& Processors::make(int vm)
{
    Kernel& kernel = system_->kernel();
    all_.reserve(all_.size() + 1);
    free_.reserve(all_.size() + 1);  // give_back() must not fail
    auto made = std::make_unique<Processor>();
    made->fd = UniqueFd{call(kernel, vm, kCreateVcpu, made_)};
    const std::uint32_t number = made_++;  // taken for good, even if what follows fails
    made->fd.move_above(line_);
    made->page = kernel.map_run_page(made->fd.get(), system_->run_page_size());
    made->sregs_at_reset = system_->sregs_at_reset(made->fd.get());
    Cpuid cpuid = cpuid_of_processor(system_->cpuid(), number);
    call(kernel, made->fd.get(), kSetCpuid2, cpuid.header());
    all_.push_back(std::move(made));
    return *all_.back();
}

void Processors::give_back(Processor& processor) noexcept
{
    const std::lock_guard lock{mutex_};
    free_.push_back(&processor);
}

void Processors::keep_descriptors_above(int line)
{
    const std::lock_guard lock{mutex_};
    if (all_.size() > 1) throw std::invalid_argument{"a machine's descriptors are moved before processors are added"};
    for (const auto& processor : all_) processor->fd.move_above(line);
    line_ = line;
}

}  // namespace husk::kvm
