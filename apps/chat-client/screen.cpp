#include "screen.hpp"

#include "options.hpp"

#include <pier/cli/program.hpp>
#include <pier/sys/terminal.hpp>

#include <string>

namespace chat_client {

void Screen::edit(pier::LineEditor* editor) {
    if (editor == nullptr && editor_ != nullptr) write(pier::LineEditor::erase);
    editor_ = editor;
    draw();
}

void Screen::show(std::string_view line) {
    std::string text;
    if (editor_ != nullptr) text += pier::LineEditor::erase;
    text.append(line).append("\n");
    // In one piece, so that nobody sees the line flicker.
    if (editor_ != nullptr) text += editor_->draw(pier::sys::terminal_columns());
    write(text);
}

void Screen::complain(std::string_view sentence) {
    if (editor_ != nullptr) write(pier::LineEditor::erase);
    pier::say(program, sentence);
    draw();
}

void Screen::draw() {
    if (editor_ != nullptr) write(editor_->draw(pier::sys::terminal_columns()));
}

void Screen::bell() { write("\a"); }

void Screen::write(std::string_view text) {
    if (!failed_) failed_ = !pier::print(program, text);
}

}  // namespace chat_client
