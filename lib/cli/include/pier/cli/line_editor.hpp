// A line that is being typed on a terminal whose keys come one by one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pier {

// Knows no terminal: it is given what was typed, and gives what is to be written. Keys: characters, backspace and
// delete, left and right, home and end (also Ctrl-A, Ctrl-E), Ctrl-U and Ctrl-K (all before and behind the cursor),
// Ctrl-W (a word), Ctrl-L (draws again), Ctrl-D (deletes; on an empty line the input ends), return. Everything else
// does nothing.
class LineEditor {
public:
    // `longest`: bytes of a line; further characters are not taken.
    LineEditor(std::string prompt, std::size_t longest) : prompt_(std::move(prompt)), longest_(longest) {}

    struct Typed {
        std::vector<std::string> lines;  // that are complete now, without their ends
        bool ended = false;              // Ctrl-D; what came behind it was dropped
        bool refused = false;            // a character, because the line is full: worth a bell
    };
    // What one read gave. A character or a sequence that is cut goes on with the next one.
    [[nodiscard]] Typed take(std::string_view bytes);

    // Takes the line off the screen, so that other text can be written in its place.
    static constexpr std::string_view erase = "\r\x1b[K";
    // Draws the line, from wherever in its row the cursor is. The row is never full, so nothing scrolls; of a line that
    // is too wide the part around the cursor is shown.
    [[nodiscard]] std::string draw(unsigned columns) const;

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    void take_key(char key, Typed& typed);
    void take_sequence(std::string_view sequence);
    void insert(std::string_view character, Typed& typed);
    void erase_between(std::size_t begin, std::size_t end);
    [[nodiscard]] std::size_t before(std::size_t at) const noexcept;
    [[nodiscard]] std::size_t behind(std::size_t at) const noexcept;
    [[nodiscard]] std::size_t word_before(std::size_t at) const noexcept;

    const std::string prompt_;
    const std::size_t longest_;
    std::string text_;
    std::size_t cursor_ = 0;  // a byte of text_, where a character begins
    std::string rest_;        // of what was typed: not complete yet
};

}  // namespace pier
