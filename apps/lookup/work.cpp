#include "work.hpp"

#include "answer.hpp"
#include "words.hpp"

#include <pier/cli/json_list.hpp>
#include <pier/cli/program.hpp>
#include <pier/scope.hpp>
#include <pier/sync/mutex.hpp>
#include <pier/sync/semaphore.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace lookup {
namespace {

// Answers that wait for one before them to be printed. More would only be memory.
constexpr std::size_t most_ahead = 1024;

class Work {
public:
    explicit Work(const Options& options)
        : options_(options), words_(words_of(options), options.files), list_(program, "answers"), room_(most_ahead) {}

    pier::Task<int> run() {
        for (std::size_t i = 0; i < options_.parallel; ++i) all_.spawn(take_words());
        auto joined = co_await all_.join();
        if (!joined || output_failed_) co_return output_status;
        const bool is_closed = !options_.json || pier::print(program, list_.end());
        co_return is_closed ? status_ : output_status;
    }

private:
    // A service alone is asked for once.
    static std::vector<std::string> words_of(const Options& options) {
        if (options.mode == Mode::service) return {std::string()};
        return options.words;
    }

    // One word after the other, of those that no other worker has taken.
    pier::Task<void> take_words() {
        for (;;) {
            auto place = co_await room_.acquire();
            if (!place) co_return;
            auto word = co_await take();
            if (!word) co_return;
            const std::size_t number = next_++;
            auto found = co_await answer(options_, std::move(*word));
            if (!found) co_return;
            answers_.emplace(number, std::move(*found));
            place->forget();
            tell();
        }
    }

    // Nothing when there are no more, and when the task was cancelled.
    pier::Task<std::optional<Word>> take() {
        auto turn = co_await reading_.lock();
        while (turn && !ended_) {
            auto word = co_await words_.next();
            if (word && *word) co_return std::move(**word);
            if (word) {
                ended_ = true;
            } else if (all_.cancelled()) {
                co_return std::nullopt;
            } else {
                complaints_ahead_.emplace(next_, std::move(word.error()));
                tell();
            }
        }
        co_return std::nullopt;
    }

    // What is known, up to the first word that has no answer yet.
    void tell() {
        for (;;) {
            for (auto [begin, end] = complaints_ahead_.equal_range(told_); begin != end; ++begin) {
                complain(begin->second, wrong_word_status);
            }
            complaints_ahead_.erase(told_);
            auto first = answers_.find(told_);
            if (first == answers_.end() || output_failed_) return;
            const Answer answer = std::move(first->second);
            answers_.erase(first);
            ++told_;
            room_.add();
            print(answer.text);
            if (!answer.complaint.empty()) complain(answer.complaint, answer.status);
        }
    }

    void print(const std::string& text) {
        if (text.empty()) return;
        if (pier::print(program, options_.json ? list_.element(text) : text)) return;
        output_failed_ = true;
        all_.cancel();
    }

    void complain(const std::string& sentence, int status) {
        pier::say(program, sentence);
        status_ = std::max(status_, status);
    }

    const Options& options_;
    Words words_;
    pier::JsonList list_;
    pier::Semaphore room_;
    pier::Mutex reading_;
    std::map<std::size_t, Answer> answers_;
    std::multimap<std::size_t, std::string> complaints_ahead_;  // of files, before the word of that number
    std::size_t next_ = 0;
    std::size_t told_ = 0;
    int status_ = 0;
    bool ended_ = false;
    bool output_failed_ = false;
    pier::TaskScope all_;
};

}  // namespace

pier::Task<int> work(const Options& options) {
    Work all(options);
    co_return co_await all.run();
}

}  // namespace lookup
