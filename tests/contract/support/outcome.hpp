// Results in assertions.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <expected>
#include <ostream>  // doctest prints texts by it, and does not include it
#include <string>

namespace contract {

// The condition of a result, ok for a value: `CHECK(outcome(sent) == Errc::broken_pipe)` prints its text.
template <class T, std::derived_from<pier::Error> E>
[[nodiscard]] pier::Errc outcome(const std::expected<T, E>& result) noexcept {
    return result ? pier::Errc::ok : result.error().condition;
}

}  // namespace contract

// Found by doctest through the arguments' namespace.
namespace pier {

inline doctest::String toString(Errc condition) { return std::string(message(condition)).c_str(); }
inline doctest::String toString(const Endpoint& endpoint) { return endpoint.to_string().c_str(); }

}  // namespace pier
