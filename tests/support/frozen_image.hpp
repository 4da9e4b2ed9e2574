#pragma once

#include "support/command.hpp"
#include "support/temp_folder.hpp"

#include <string>
#include <vector>

namespace husk::test {

/// guests/primes.c, which asks to be frozen.
inline const std::string kPrimes = HUSK_BINARY_DIR "/guests/primes.elf";

/// `husk freeze -o FILE … --boot IMAGE`, in a folder that goes with it.
class FrozenImage {
public:
    explicit FrozenImage(const std::string& image = kPrimes, const std::vector<std::string>& options = {})
    {
        std::vector<std::string> words{"freeze", "-o", path(), "--boot", image};
        words.insert(words.end(), options.begin(), options.end());
        run_ = run_husk(words);
    }

    std::string path() const { return folder_ / "guest.frozen"; }
    /// How `husk freeze` ended.
    const Finished& run() const { return run_; }
    /// `husk thaw FILE …`
    Finished thaw(const std::vector<std::string>& options = {}, std::string_view input = {}) const
    {
        std::vector<std::string> words{"thaw", path()};
        words.insert(words.end(), options.begin(), options.end());
        return run_husk(words, input);
    }

private:
    TempFolder folder_;
    Finished run_;
};

}  // namespace husk::test
