// What becomes of an acceptor that the system refuses a connection.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/time.hpp>

#include <chrono>
#include <string_view>

namespace pier {

// Until the next try. Long enough not to spin, short enough that a freed descriptor is used soon.
inline constexpr Duration accept_pause = std::chrono::milliseconds(20);

// Want of something that comes back when connections end. A firewall's or a sandbox's word (permission_denied) is about
// one connection or about all of them; connection_aborted means more dead ones in a row than any queue holds. In all of
// these the listener is as good as before, and the next try may be.
[[nodiscard]] bool trouble_passes(const Error& error) noexcept;

// Whether a trouble that has come just now is to be said: the first one is, and one that comes after a while without.
// At a limit each client that ends makes room for one, and the next one finds none again: that is the same trouble.
// `last`: when it came last, Time{} for never; brought up to date.
[[nodiscard]] bool is_news(Time& last) noexcept;

// Says on stderr what the listener's trouble is, and what that means for clients.
void say_trouble(std::string_view program, const Endpoint& listener, const Error& error);

}  // namespace pier
