// Streams, exceptions, threads, futures, file systems, regular expressions.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

int depth(int left)
{
    struct Guard {
        ~Guard() { ++destroyed; }
        int& destroyed;
    };
    static int destroyed = 0;
    const Guard guard{destroyed};
    if (left == 0) throw std::runtime_error{"at the bottom"};
    return depth(left - 1) + destroyed;
}

void exceptions()
{
    for (int i = 0; i < 1000; ++i) {
        try {
            depth(20);
        } catch (const std::exception& error) {
            if (i == 0) std::cout << error.what() << '\n';
        }
    }
    try {
        std::vector<int>{}.at(3);
    } catch (const std::out_of_range&) {
        std::cout << "out of range\n";
    }
    try {
        static_cast<void>(std::make_unique<char[]>(static_cast<std::size_t>(-1) / 4));
    } catch (const std::bad_alloc&) {
        std::cout << "no memory\n";
    }
}

void threads()
{
    std::mutex mutex;
    std::condition_variable changed;
    int turn = 0;
    std::vector<std::thread> all;
    for (int i = 0; i < 5; ++i) {
        all.emplace_back([&, i] {
            std::unique_lock lock{mutex};
            changed.wait(lock, [&] { return turn == i; });
            std::cout << "thread " << i << '\n';
            ++turn;
            changed.notify_all();
        });
    }
    for (std::thread& thread : all) thread.join();
    auto failed = std::async(std::launch::async, []() -> int { throw std::logic_error{"from another thread"}; });
    try {
        failed.get();
    } catch (const std::logic_error& error) {
        std::cout << error.what() << '\n';
    }
    thread_local int own = 3;
    std::thread{[] { own = 4; }}.join();
    std::cout << own << '\n';
}

void files()
{
    namespace fs = std::filesystem;
    fs::create_directories("cpp/deep");
    std::ofstream{"cpp/deep/file.txt"} << std::setprecision(17) << 1.0 / 3 << '\n' << std::hex << 255;
    fs::copy("folder", "cpp/copy", fs::copy_options::recursive);
    fs::create_symlink("deep", "cpp/link");
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator{"cpp"}) names.push_back(entry.path().string());
    std::ranges::sort(names);
    for (const std::string& name : names) std::cout << name << '\n';
    std::cout << fs::file_size("prose.txt") << ' ' << fs::canonical("cpp/link").filename().string() << ' ' << fs::exists("none")
              << '\n';
}

}  // namespace

int main()
{
    exceptions();
    threads();
    files();
    std::mt19937_64 random{7};
    std::cout << random() << ' ' << std::regex_replace("a1b22", std::regex{"[0-9]+"}, "<$&>") << '\n';
    std::map<std::string, int> lines;
    for (std::string line; std::getline(std::cin, line);) ++lines[line];
    for (const auto& [line, count] : lines) std::cout << std::quoted(line) << ' ' << count << '\n';
    std::cerr << "an error\n" << std::flush;
    throw std::runtime_error{"that nobody catches"};
}
