// The words of the command line, and those of standard input in the place of "-".
#pragma once

#include <pier/cli/word_scanner.hpp>
#include <pier/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace netcalc {

// With the line of standard input, or 0 for a word of the command line.
using Word = pier::ScannedWord;

// Reads standard input as it comes, word by word: what stands between spaces and ends of lines; from a "#" on a line is
// a comment. Blocks; one thread.
class Words {
public:
    static constexpr std::size_t longest = 256;  // bytes of a word of standard input: six times an address of IPv6

    explicit Words(std::vector<std::string> words) : words_(std::move(words)) {}

    // Nothing behind the last one. Errors: what the system says of standard input, after which it has ended.
    [[nodiscard]] pier::Result<std::optional<Word>> next();

private:
    pier::Result<std::optional<Word>> next_of_input();

    const std::vector<std::string> words_;
    std::size_t at_ = 0;
    bool in_input_ = false;
    pier::WordScanner scanner_{longest, pier::ZeroByte::of_a_word};
    bool ended_ = false;
};

}  // namespace netcalc
