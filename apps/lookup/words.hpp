// The words of the command line, of files and of standard input, one after the other.
#pragma once

#include <pier/cli/word_scanner.hpp>
#include <pier/process/byte_input.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lookup {

struct Word {
    std::string text;
    std::string place;      // "names.txt: line 3", or empty for the command line
    bool too_long = false;  // `text` is its beginning
};

// A sentence about a file, or standard input, that ends here.
template <class T>
using OrSentence = std::expected<T, std::string>;

// What stands between blanks and ends of lines; from a "#" on a line is a comment. A zero byte ends a file, since then
// it is no text. Confined to its loop's thread; one next() at a time.
class Words {
public:
    static constexpr std::size_t longest = 1024;  // bytes of a word: four times the longest name

    // "-" stands for standard input in both.
    Words(const std::vector<std::string>& words, const std::vector<std::string>& files);
    Words(const Words&) = delete;
    Words& operator=(const Words&) = delete;

    // Nothing behind the last one. After a sentence the next source has its turn. An operation_canceled ends it all.
    [[nodiscard]] pier::Task<OrSentence<std::optional<Word>>> next();

private:
    enum class Kind : std::uint8_t { word, file, input };
    struct Source {
        Kind kind;
        std::string text;
    };
    using Seen = pier::WordScanner::Seen;

    void begin(const Source& source);
    pier::Task<OrSentence<bool>> fill();
    [[nodiscard]] std::string place_of(std::size_t line) const;

    std::vector<Source> sources_;
    std::size_t at_ = 0;
    // Of the file, or standard input, that is being read.
    bool reads_ = false;
    std::string name_;
    std::shared_ptr<std::ifstream> file_;  // shared with the worker thread that reads it; none: standard input
    pier::ByteInput input_;
    pier::WordScanner scanner_{longest, pier::ZeroByte::of_no_text};
};

}  // namespace lookup
