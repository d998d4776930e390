#include "accept_trouble.hpp"

#include <pier/cli/program.hpp>
#include <pier/sys/clock.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace pier {

bool trouble_passes(const Error& error) noexcept {
    return error == Errc::too_many_files_open || error == Errc::no_buffer_space || error == Errc::not_enough_memory ||
           error == Errc::permission_denied || error == Errc::connection_aborted;
}

bool is_news(Time& last) noexcept {
    constexpr Duration while_without = std::chrono::seconds(5);
    const Time before = std::exchange(last, sys::now());
    return before == Time{} || last - before > while_without;
}

void say_trouble(std::string_view program, const Endpoint& listener, const Error& error) {
    const bool passes = trouble_passes(error);
    const bool used_up = passes && error != Errc::permission_denied && error != Errc::connection_aborted;
    complain(program,
             used_up  ? "accepting (clients wait until a connection ends)"
             : passes ? "accepting (it is tried on)"
                      : "accepting on " + listener.to_string(),
             error);
}

}  // namespace pier
