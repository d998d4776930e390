#include "run/order.hpp"

#include "kind/words.hpp"

#include <algorithm>
#include <array>

namespace ipc {
namespace {

constexpr std::array<std::string_view, 3> words{"send", "receive", "answer"};

// Takes a word and the space behind it.
std::string_view take(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

template <class Number>
bool take_number(std::string_view& line, Number& number) {
    const auto taken = number_of<Number>(take(line));
    if (taken) number = *taken;
    return taken.has_value();
}

}  // namespace

std::string Order::line() const {
    std::string text(words[static_cast<std::size_t>(what)]);
    text.append(" ").append(std::to_string(load.size)).append(" ").append(std::to_string(load.count));
    return text.append("\n");
}

std::optional<Order> Order::parse(std::string_view line) {
    const std::string_view word = take(line);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] != word) continue;
        Order order{.what = static_cast<Do>(i), .load = {}};
        const bool good = take_number(line, order.load.size) && take_number(line, order.load.count) && line.empty();
        if (good) return order;
    }
    return std::nullopt;
}

}  // namespace ipc
