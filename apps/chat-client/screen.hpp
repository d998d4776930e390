// What the user sees: messages on stdout, complaints on stderr, and the line being typed below them.
#pragma once

#include <pier/cli/line_editor.hpp>

#include <string_view>

namespace chat_client {

class Screen {
public:
    // Of a terminal whose keys come one by one; else there is no line to keep.
    void edit(pier::LineEditor* editor);
    // A message, above the line being typed.
    void show(std::string_view line);
    // A sentence that is no message.
    void complain(std::string_view sentence);
    // The line being typed, as it is now.
    void draw();
    void bell();
    // The output can't be written, which has been said.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

private:
    void write(std::string_view text);

    pier::LineEditor* editor_ = nullptr;
    bool failed_ = false;
};

}  // namespace chat_client
