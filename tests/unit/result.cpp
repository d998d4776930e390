// Conditions, their texts, and how they compare with the standard's.
#include "../contract/support/outcome.hpp"

#include <pier/result.hpp>
#include <pier/sys/error.hpp>
#include <pier/sys/socket.hpp>

#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <system_error>

using pier::Errc;
using pier::Error;

namespace {

constexpr auto last = static_cast<std::int32_t>(Errc::unexpected);

// What a condition is called by the standard. Written out once more, so that a wrong line of the table shows.
std::optional<std::errc> standard_name(Errc condition) {
    switch (condition) {
        case Errc::address_family_not_supported:
            return std::errc::address_family_not_supported;
        case Errc::address_in_use:
            return std::errc::address_in_use;
        case Errc::address_not_available:
            return std::errc::address_not_available;
        case Errc::already_connected:
            return std::errc::already_connected;
        case Errc::already_in_progress:
            return std::errc::connection_already_in_progress;
        case Errc::argument_list_too_long:
            return std::errc::argument_list_too_long;
        case Errc::broken_pipe:
            return std::errc::broken_pipe;
        case Errc::connection_aborted:
            return std::errc::connection_aborted;
        case Errc::connection_refused:
            return std::errc::connection_refused;
        case Errc::connection_reset:
            return std::errc::connection_reset;
        case Errc::count_too_large:
            return std::errc::value_too_large;
        case Errc::directory_not_found:
            return std::errc::not_a_directory;
        case Errc::disk_full:
            return std::errc::no_space_on_device;
        case Errc::file_exists:
            return std::errc::file_exists;
        case Errc::file_in_use:
            return std::errc::text_file_busy;
        case Errc::file_not_found:
        case Errc::name_not_found:
            return std::errc::no_such_file_or_directory;
        case Errc::host_unreachable:
            return std::errc::host_unreachable;
        case Errc::invalid_argument:
            return std::errc::invalid_argument;
        case Errc::file_too_large:
            return std::errc::file_too_large;
        case Errc::io_error:
            return std::errc::io_error;
        case Errc::is_a_directory:
            return std::errc::is_a_directory;
        case Errc::message_size:
            return std::errc::message_size;
        case Errc::name_taken:
            return std::errc::file_exists;
        case Errc::name_too_long:
            return std::errc::filename_too_long;
        case Errc::network_down:
            return std::errc::network_down;
        case Errc::network_reset:
            return std::errc::network_reset;
        case Errc::network_unreachable:
            return std::errc::network_unreachable;
        case Errc::no_buffer_space:
            return std::errc::no_buffer_space;
        case Errc::no_protocol_option:
            return std::errc::no_protocol_option;
        case Errc::no_such_interface:
            return std::errc::no_such_device;
        case Errc::no_such_process:
            return std::errc::no_such_process;
        case Errc::not_a_socket:
            return std::errc::not_a_socket;
        case Errc::not_connected:
            return std::errc::not_connected;
        case Errc::not_enough_memory:
            return std::errc::not_enough_memory;
        case Errc::not_executable:
            return std::errc::executable_format_error;
        case Errc::not_supported:
            return std::errc::operation_not_supported;
        case Errc::operation_canceled:
            return std::errc::operation_canceled;
        case Errc::operation_would_block:
            return std::errc::operation_would_block;
        case Errc::permission_denied:
            return std::errc::permission_denied;
        case Errc::program_not_found:
            return std::errc::no_such_file_or_directory;
        case Errc::protocol_error:
            return std::errc::protocol_error;
        case Errc::state_not_recoverable:
            return std::errc::state_not_recoverable;
        case Errc::timed_out:
            return std::errc::timed_out;
        case Errc::too_many_files_open:
            return std::errc::too_many_files_open;
        default:
            return std::nullopt;
    }
}

}  // namespace

TEST_CASE("result: each condition has a text of its own, one line long") {
    std::set<std::string_view> texts;
    for (std::int32_t number = 0; number <= last; ++number) {
        std::string_view text = pier::message(static_cast<Errc>(number));
        CAPTURE(text);
        CHECK(!text.empty());
        CHECK(text.find('\n') == std::string_view::npos);
        CHECK(text.back() != '.');
        CHECK(texts.insert(text).second);
    }
    CHECK(pier::message(Errc::connection_refused) == "connection refused");
    // Said of a second receive or send, and likewise of a second Watch, LineInput or StopRequests.
    CHECK(pier::message(Errc::already_in_progress) == "only one at a time is allowed, and there is one already");
    CHECK(pier::message(Errc::operation_canceled) == "operation canceled");
    CHECK(pier::message(Errc::timed_out) == "timed out");
}

TEST_CASE("result: a number outside of the table is unexpected, not a crash") {
    for (std::int32_t number : {-1, last + 1, INT32_MAX, INT32_MIN}) {
        CAPTURE(number);
        CHECK(pier::message(static_cast<Errc>(number)) == pier::message(Errc::unexpected));
        std::error_code code = pier::make_error_code(static_cast<Errc>(number));
        CHECK(code.message() == pier::message(Errc::unexpected));
        CHECK(code != std::errc::invalid_argument);
    }
}

TEST_CASE("result: the category") {
    const std::error_category& category = pier::error_category();
    CHECK(std::string_view(category.name()) == "pier");
    CHECK(&category == &pier::error_category());
    CHECK(category != std::generic_category());
    CHECK(category != std::system_category());
    std::error_code code = Errc::timed_out;
    CHECK(code.category() == category);
    CHECK(code.value() == static_cast<int>(Errc::timed_out));
    CHECK(code.message() == "timed out");
    CHECK_FALSE(std::error_code(Errc::ok));
    CHECK(std::error_code(Errc::unexpected));
}

TEST_CASE("result: conditions compare equal to their namesakes of std::errc, and only to those") {
    for (std::int32_t mine = 0; mine <= last; ++mine) {
        auto condition = static_cast<Errc>(mine);
        Error error{condition, 4711};
        std::error_code code = error;
        CAPTURE(error.message());
        auto own = standard_name(condition);
        if (own) {
            CHECK(code == *own);
            CHECK(*own == code);
            CHECK(error == *own);
            CHECK(*own == error);
            CHECK(code.default_error_condition() == std::make_error_condition(*own));
        } else {
            CHECK(code.default_error_condition().category() == pier::error_category());
        }
        for (std::int32_t other = 0; other <= last; ++other) {
            auto name = standard_name(static_cast<Errc>(other));
            if (!name || (own && *own == *name)) continue;
            CHECK(code != *name);
            CHECK(*name != code);
            CHECK(error != *name);
        }
    }
}

TEST_CASE("result: errors compare with conditions both ways, and with each other by both numbers") {
    Error reset{Errc::connection_reset, 104};
    CHECK(reset == Errc::connection_reset);
    CHECK(Errc::connection_reset == reset);
    CHECK(reset != Errc::connection_aborted);
    CHECK(Errc::connection_aborted != reset);
    CHECK(reset == Error{Errc::connection_reset, 104});
    CHECK(reset != Error{Errc::connection_reset, 10054});
    CHECK(reset != Error{Errc::connection_aborted, 104});
    CHECK(reset.code() == std::error_code(Errc::connection_reset));
    CHECK(Error{} == Errc::ok);
}

TEST_CASE("result: the native number is for people") {
    CHECK(pier::describe({Errc::connection_refused, 987'654}) == "connection refused (native 987654)");
    CHECK(pier::describe({Errc::unexpected, -4711}) == "unexpected system error (native -4711)");
    CHECK(pier::describe({Errc::timed_out, 0}) == "timed out");
}

TEST_CASE("result: a number is told by the system's name for it") {
    REQUIRE(pier::sys::start_up());
    auto named = pier::sys::local_endpoint(pier::spi::no_socket);
    REQUIRE_FALSE(named);
    const std::string text = pier::describe(named.error());
    const bool known = text == "not a socket (EBADF)" || text == "not a socket (WSAENOTSOCK)";
    CHECK_MESSAGE(known, text);
    CHECK(pier::sys::name({Errc::timed_out, 0}).empty());
    CHECK(pier::sys::name({Errc::unexpected, 987'654}).empty());
}

TEST_CASE("result: what somebody can do is a part of a sentence") {
    for (std::int32_t number = 0; number <= last; ++number) {
        const Error error{static_cast<Errc>(number), 4711};
        const std::string_view text = pier::sys::advice(error);
        CAPTURE(text);
        CHECK(text.find('\n') == std::string_view::npos);
        CHECK(!text.ends_with('.'));
    }
    CHECK(pier::sys::advice({Errc::address_in_use, 4711}).contains("port 0"));
    CHECK(pier::sys::advice({Errc::connection_reset, 4711}).empty());
}

TEST_CASE("result: fail makes the failure side") {
    pier::Result<int> own = pier::fail(Errc::end_of_stream);
    REQUIRE_FALSE(own.has_value());
    CHECK(own.error() == Error{Errc::end_of_stream, 0});
    pier::Result<void> handed_on = pier::fail(Error{Errc::network_down, 100});
    REQUIRE_FALSE(handed_on.has_value());
    CHECK(handed_on.error() == Error{Errc::network_down, 100});
    pier::Result<std::size_t> with_number = pier::fail(Errc::not_a_socket, 88);
    CHECK(with_number.error().native == 88);
    CHECK(sizeof with_number <= 16);
}
