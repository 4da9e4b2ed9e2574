#pragma once

#include <exception>
#include <functional>
#include <semaphore>
#include <thread>

namespace husk::program {

/// A thread of the host that has file descriptors, a directory and a umask of its own, and does there what it is told, one thing
/// after another: what a program needs that is called from threads which share those with the rest of the process.
class Errands {
public:
    /// `first` is what the thread does before all else, once its descriptors are its own. Throws what that throws; Error.
    explicit Errands(std::function<void()> first);
    ~Errands();
    Errands(const Errands&) = delete;
    Errands& operator=(const Errands&) = delete;

    /// Does `work` there and waits for it; throws what it throws. From one thread at a time.
    void perform(const std::function<void()>& work);

private:
    void live();

    const std::function<void()>* work_ = nullptr;  ///< nothing: there is no more to do
    std::exception_ptr failure_;
    std::binary_semaphore wanted_{0}, done_{0};
    std::thread thread_;
};

}  // namespace husk::program
