// A word that one end says and the other hears.
#pragma once

#include "bytes.hpp"
#include "harness.hpp"

namespace contract {

inline Task<void> say_hello(const pier::Stream& stream) {
    auto sent = co_await stream.send_all(bytes_of("hello"), limit());
    CHECK(outcome(sent) == Errc::ok);
}

// It comes in one piece.
inline Task<void> receive_hello(const pier::Stream& stream) {
    auto got = co_await stream.receive(limit());
    REQUIRE(outcome(got) == Errc::ok);
    CHECK(text_of(*got) == "hello");
}

}  // namespace contract
