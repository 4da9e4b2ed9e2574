#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace husk::test {

/// What a guest should tell, line by line, as the manual has it; and where an engine is known to tell something else, what that is.
///
///     int 24: #NP at +0000 code 0122 …
///     ~nested,soft idt16: int 24: #NP at +0000 code 0242 …
///
/// The second line stands for the first on the named places, for the reason called idt16. More such lines in a row add to it.
struct Transcript {
    std::vector<std::string> lines;
    std::vector<std::string> reasons;  ///< names of those that applied, each once
};

/// `text` as it holds at `place` ("kvm", "nested", "soft"). Throws std::invalid_argument, with the line, if it is ill-formed.
Transcript transcript_at(std::string_view text, std::string_view place);

/// `text` cut at line breaks; without a last, empty one.
std::vector<std::string> lines_of(std::string_view text);

/// Where `seen` first differs from `expected`, both lines in words; empty if nowhere. With `only_begun`, `seen` may end early, even
/// within a line.
std::string first_difference(const std::vector<std::string>& expected, const std::vector<std::string>& seen,
                             bool only_begun = false);

}  // namespace husk::test
