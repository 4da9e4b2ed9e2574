#include "program/errands.hpp"

#include "program/apart.hpp"

#include <csignal>
#include <utility>

namespace husk::program {

Errands::Errands(std::function<void()> first)
{
    // Signals of the process are its own threads' to take.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    thread_ = std::thread{[this] { live(); }};
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
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
