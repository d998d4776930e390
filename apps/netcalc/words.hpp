// The words of the command line, and those of standard input in the place of "-".
#pragma once

#include <pier/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace netcalc {

struct Word {
    std::string text;
    std::size_t line = 0;   // of standard input, from 1 on; 0 for one of the command line
    bool too_long = false;  // `text` is its beginning
};

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
    std::string buffer_;  // what has been read and not yet taken
    std::size_t taken_ = 0;
    std::size_t line_ = 1;
    bool comment_ = false;
    bool ended_ = false;
};

}  // namespace netcalc
