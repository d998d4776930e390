// What the first process tells the second one to do, as a line of text.
#pragma once

#include "side.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ipc {

struct Order {
    enum class Do : std::uint8_t { send, receive, answer };
    Do what = Do::send;
    Load load;  // of `answer` the count alone

    [[nodiscard]] std::string line() const;
    // Nothing for what is no order.
    [[nodiscard]] static std::optional<Order> parse(std::string_view line);
};

// How the second process begins its lines.
inline constexpr std::string_view done_word = "done";
inline constexpr std::string_view fault_word = "fault ";

// The first argument of a second process, which nobody types.
inline constexpr std::string_view child_word = "--child";

}  // namespace ipc
