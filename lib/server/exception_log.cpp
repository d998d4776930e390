#include "exception_log.hpp"

#include <pier/cli/program.hpp>

#include <algorithm>
#include <typeinfo>

namespace pier {

ExceptionLog::Kind ExceptionLog::kind_of(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& known) {
        return {.type = typeid(known), .text = known.what()};
    } catch (...) {
        return {.type = typeid(void), .text = "of a type that is no std::exception"};
    }
}

void ExceptionLog::note(const std::exception_ptr& exception) noexcept {
    count_.fetch_add(1, std::memory_order_relaxed);
    try {
        tell(kind_of(exception));
    } catch (...) {
        // Without memory it can't be told. It is counted.
    }
}

void ExceptionLog::tell(Kind kind) {
    if (kind.text.size() > longest_text) kind.text.replace(longest_text, std::string::npos, "...");
    std::string sentence = "an exception ended a connection: " + kind.text;
    {
        std::lock_guard lock(mutex_);
        if (std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end()) return;
        if (kinds_.size() < most_kinds) {
            kinds_.push_back(std::move(kind));
        } else {
            if (full_) return;
            full_ = true;
            sentence = "exceptions of further kinds are only counted";
        }
    }
    say(program_, sentence);
}

void ExceptionLog::sum_up() const {
    const std::uint64_t count = count_.load(std::memory_order_relaxed);
    if (count == 0) return;
    say(program_, count == 1 ? "1 connection was ended by an exception"
                             : std::to_string(count) + " connections were ended by exceptions");
}

}  // namespace pier
