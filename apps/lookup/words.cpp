#include "words.hpp"

#include <pier/task/on_worker.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>

namespace lookup {
namespace {

constexpr std::size_t most_at_once = 64 << 10;

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
    scanner_.begin();
    file_ = nullptr;
    name_ = "standard input";
    if (source.kind == Kind::input) return;
    name_ = source.text;
    const std::filesystem::path path = std::u8string(source.text.begin(), source.text.end());
    file_ = std::make_shared<std::ifstream>(path, std::ios::binary);
}

std::string Words::place_of(std::size_t line) const { return name_ + ": line " + std::to_string(line); }

pier::Task<OrSentence<std::optional<Word>>> Words::next() {
    pier::ScannedWord word;
    // What is returned of a list.
    const auto found = [&] { return Word{std::move(word.text), place_of(word.line), word.too_long}; };
    for (;;) {
        if (!reads_) {
            if (at_ == sources_.size()) co_return std::nullopt;
            const Source& source = sources_[at_++];
            if (source.kind == Kind::word) co_return Word{source.text, {}, false};
            begin(source);
        }
        const Seen seen = scanner_.scan(word);
        if (seen == Seen::word) co_return found();
        if (seen == Seen::zero_byte) {
            reads_ = false;
            co_return std::unexpected(place_of(scanner_.line()) + ": a zero byte; a list of names is text");
        }
        auto more = co_await fill();
        if (more && *more) continue;
        reads_ = false;
        if (!more) co_return std::unexpected(std::move(more.error()));
        if (!word.text.empty()) co_return found();
    }
}

// False at the end.
pier::Task<OrSentence<bool>> Words::fill() {
    std::string bytes;
    if (file_ == nullptr) {
        bytes.resize(most_at_once);
        const std::span<std::byte> room(reinterpret_cast<std::byte*>(bytes.data()), bytes.size());
        auto got = co_await input_.receive(room);
        bytes.resize(got ? *got : 0);
        if (!got) co_return std::unexpected("reading standard input: " + pier::describe(got.error()));
    } else {
        // A pipe may be called a file, and keep its reader waiting.
        auto work = [file = file_] { return read_some(*file); };
        auto got = co_await pier::on_worker(std::move(work));
        if (!got) co_return std::unexpected("reading " + name_ + ": " + pier::describe(got.error()));
        if (!*got) co_return std::unexpected(name_ + ": it can't be read");
        bytes = std::move(**got);
    }
    const bool is_over = bytes.empty();
    scanner_.take(std::move(bytes));
    co_return !is_over;
}

}  // namespace lookup
