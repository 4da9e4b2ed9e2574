#include "program/errands.hpp"

#include "base/quiet_thread.hpp"
#include "program/apart.hpp"

#include <utility>

namespace husk::program {

Errands::Errands(std::function<void()> first)
{
    thread_ = quiet_thread([this] { live(); });
    try {
        perform([&first] {
            part_from_process();
            first();
        });
    } catch (...) {
        work_ = nullptr;
        wanted_.release();
        thread_.join();
        throw;
    }
}

Errands::~Errands()
{
    work_ = nullptr;
    wanted_.release();
    thread_.join();
}

void Errands::perform(const std::function<void()>& work)
{
    work_ = &work;
    wanted_.release();
    done_.acquire();
    if (const auto failure = std::exchange(failure_, nullptr)) std::rethrow_exception(failure);
}

void Errands::live()
{
    for (;;) {
        wanted_.acquire();
        if (work_ == nullptr) return;
        try {
            (*work_)();
        } catch (...) {
            failure_ = std::current_exception();
        }
        done_.release();
    }
}

}  // namespace husk::program
