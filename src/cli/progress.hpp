#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace husk::cli {

/// While it lives, and once that takes long, a line on stderr says what husk is at, again each second; if stderr is a terminal. It
/// is wiped at the end.
class Progress {
public:
    /// `line` is called on another thread.
    explicit Progress(std::function<std::string()> line);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

private:
    void tell();

    std::function<std::string()> line_;
    std::mutex mutex_;
    std::condition_variable over_;
    bool is_over_ = false;
    std::thread teller_;
};

}  // namespace husk::cli
