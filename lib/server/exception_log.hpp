// What the handlers of a server threw.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

namespace pier {

// Any thread. Each kind of exception (type and text) is said once on stderr, up to a bound; all are counted.
class ExceptionLog {
public:
    explicit ExceptionLog(std::string_view program) noexcept : program_(program) {}

    // An exception has cost a connection.
    void note(const std::exception_ptr& exception) noexcept;
    // The same in a child process, which has said it: it is only counted.
    void add_from_child() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_.load(std::memory_order_relaxed); }
    // How many there were, if any: for the server's end.
    void sum_up() const;

private:
    struct Kind {
        std::type_index type;
        std::string text;
        friend bool operator==(const Kind&, const Kind&) = default;
    };
    static Kind kind_of(const std::exception_ptr& exception);
    void tell(Kind kind);

    // Texts may name a client each, and would fill the terminal.
    static constexpr std::size_t most_kinds = 16;
    static constexpr std::size_t longest_text = 200;

    const std::string_view program_;
    std::atomic<std::uint64_t> count_{0};
    std::mutex mutex_;
    std::vector<Kind> kinds_;
    bool full_ = false;
};

}  // namespace pier
