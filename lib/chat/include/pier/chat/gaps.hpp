// Which lines of a sender have not come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace pier::chat {

// A sender numbers its lines 1, 2, 3 and so on. Confined to one thread.
class Gaps {
public:
    static constexpr std::size_t most_senders = 1024;  // further ones take the place of whoever was silent longest

    // A sender from whom nothing can have come yet: its line 1 is the next.
    void begin(std::uint32_t sender);
    // How many lines are missing before this one. Of a sender that was here before us, counting begins with the first
    // line that comes. 0 as well for a number that has been before.
    [[nodiscard]] std::uint32_t take(std::uint32_t sender, std::uint32_t number);
    void end(std::uint32_t sender) { senders_.erase(sender); }

    [[nodiscard]] std::size_t size() const noexcept { return senders_.size(); }

private:
    struct Sender {
        std::uint32_t last = 0;
        std::uint64_t used = 0;
    };
    Sender& put(std::uint32_t sender, std::uint32_t last);

    std::map<std::uint32_t, Sender> senders_;
    std::uint64_t uses_ = 0;
};

}  // namespace pier::chat
