#include "words.hpp"

#include <pier/task/on_worker.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

namespace lookup {
namespace {

constexpr std::size_t most_at_once = 64 << 10;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";  // which some editors put before UTF-8

// Nothing for a file that can't be read, a folder for example; empty at the end.
std::optional<std::string> read_some(std::ifstream& stream) {
    std::string bytes(most_at_once, '\0');
    try {
        stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    } catch (const std::ios_base::failure&) {
        return std::nullopt;
    }
    if (stream.bad() || !stream.is_open()) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return bytes;
}

}  // namespace

Words::Words(const std::vector<std::string>& words, const std::vector<std::string>& files) {
    for (const std::string& word : words) sources_.push_back({word == "-" ? Kind::input : Kind::word, word});
    for (const std::string& file : files) sources_.push_back({file == "-" ? Kind::input : Kind::file, file});
}

void Words::begin(const Source& source) {
    reads_ = true;
    buffer_.clear();
    taken_ = 0;
    line_ = 1;
    comment_ = false;
    file_ = nullptr;
    name_ = "standard input";
    if (source.kind == Kind::input) return;
    name_ = source.text;
    const std::filesystem::path path = std::u8string(source.text.begin(), source.text.end());
    file_ = std::make_shared<std::ifstream>(path, std::ios::binary);
}

std::string Words::place() const { return name_ + ": line " + std::to_string(line_); }

pier::Task<OrSentence<std::optional<Word>>> Words::next() {
    Word word;
    for (;;) {
        if (!reads_) {
            if (at_ == sources_.size()) co_return std::nullopt;
            const Source& source = sources_[at_++];
            if (source.kind == Kind::word) co_return Word{source.text, {}, false};
            begin(source);
        }
        const Scan seen = scan(word);
        if (seen == Scan::word) co_return std::move(word);
        if (seen == Scan::zero_byte) {
            reads_ = false;
            co_return std::unexpected(place() + ": a zero byte; a list of names is text");
        }
        auto more = co_await fill();
        if (more && *more) continue;
        reads_ = false;
        if (!more) co_return std::unexpected(std::move(more.error()));
        if (!word.text.empty()) co_return std::move(word);
    }
}

// False at the end.
pier::Task<OrSentence<bool>> Words::fill() {
    const bool is_first = buffer_.empty();
    taken_ = 0;
    if (file_ == nullptr) {
        buffer_.resize(most_at_once);
        const std::span<std::byte> room(reinterpret_cast<std::byte*>(buffer_.data()), buffer_.size());
        auto got = co_await input_.receive(room);
        buffer_.resize(got ? *got : 0);
        if (!got) co_return std::unexpected("reading standard input: " + pier::describe(got.error()));
    } else {
        // A pipe may be called a file, and keep its reader waiting.
        auto work = [file = file_] { return read_some(*file); };
        auto got = co_await pier::on_worker(std::move(work));
        if (!got) co_return std::unexpected("reading " + name_ + ": " + pier::describe(got.error()));
        if (!*got) co_return std::unexpected(name_ + ": it can't be read");
        buffer_ = std::move(**got);
    }
    const bool is_marked = is_first && std::string_view(buffer_).starts_with(byte_order_mark);
    if (is_marked) taken_ = byte_order_mark.size();
    co_return !buffer_.empty();
}

// Takes what is in the buffer, up to the end of a word.
Words::Scan Words::scan(Word& word) {
    constexpr std::string_view space = " \t\r\n\f\v";
    while (taken_ < buffer_.size()) {
        const char c = buffer_[taken_];
        if (c == '\0') return Scan::zero_byte;
        const bool ends = space.find(c) != std::string_view::npos || comment_ || c == '#';
        // What ends a word is left for the next call, which counts the lines.
        if (ends && !word.text.empty()) return Scan::word;
        ++taken_;
        if (c == '#') comment_ = true;
        if (c == '\n') {
            comment_ = false;
            ++line_;
        }
        if (ends) continue;
        if (word.text.empty()) word.place = place();
        word.too_long = word.text.size() == longest;
        if (!word.too_long) word.text += c;
    }
    return Scan::needs_more;
}

}  // namespace lookup
