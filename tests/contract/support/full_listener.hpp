// A connect that nobody answers.
#pragma once

#include "harness.hpp"

#include <utility>
#include <vector>

namespace contract {

// A listener that takes no more, so that the next connect stays pending (where the system does not refuse it).
class FullListener {
public:
    // False: the system answers a full queue otherwise.
    Task<bool> fill() {
        auto opened = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4), {.backlog = 0});
        REQUIRE(outcome(opened) == Errc::ok);
        listener_ = std::move(*opened);
        endpoint_ = listener_.local();
        for (int i = 0; i < 16; ++i) {
            auto stream = co_await pier::Stream::connect(listener_.local(), after(100ms));
            if (!stream) co_return outcome(stream) == Errc::timed_out;
            streams_.push_back(std::move(*stream));
        }
        co_return false;
    }
    [[nodiscard]] const pier::Endpoint& endpoint() const noexcept { return endpoint_; }
    void close() noexcept { listener_.close(); }

private:
    pier::Listener listener_;
    pier::Endpoint endpoint_;
    std::vector<pier::Stream> streams_;
};

// What skip() says where fill() gives false.
inline constexpr const char* no_pending_connect = "the system leaves no connect pending on loopback";

}  // namespace contract
