// Errors and results. A failure is the same value and the same text on every system; the system's own number is kept
// beside it for display only.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace pier {

// Every condition that Pier reports. The numbers are Pier's own and equal on every system; std::errc's are not
// (address_in_use is 98 on Linux and 100 under mingw), so compare conditions, never numbers.
enum class Errc : std::int32_t {
    ok = 0,
    address_family_not_supported,
    address_in_use,
    address_not_available,
    already_connected,
    already_in_progress,  // of something there is one at a time (a stream's receive, its send, a Watch); not a second
    argument_list_too_long,  // a new process's arguments and environment, for its system
    bad_address_text,        // an address that cannot be parsed
    bad_name,                // of a means of communication between processes; IpcName::fault() says what is wrong
    beyond_limit,            // more, or larger, than this system is set up to give
    broken_pipe,             // send after the stream's own finish(), or after a cancelled send
    connection_aborted,
    connection_refused,
    connection_reset,
    count_too_large,  // a semaphore's
    directory_not_found,
    disk_full,      // or the quota of its user
    end_of_stream,  // the peer ended before all the bytes asked for had come
    file_exists,
    file_in_use,  // by another program, in a way that excludes this one
    file_not_found,
    file_too_large,  // for its file system, or for the limit of its user
    host_not_found,
    host_unreachable,
    input_waiting,  // a connection was to be given up, of which something received has not been taken
    invalid_argument,
    io_error,  // the device failed
    is_a_directory,
    mapped_address,  // IPv4 in IPv6 form on a socket that takes IPv6 only
    message_size,
    misplaced_zone,  // a zone behind an address that is the same everywhere
    name_not_found,  // nothing of that name is there to be opened
    name_taken,      // something of that name is there already
    name_too_long,   // a path, or another name, for what its system takes there
    network_down,
    network_reset,
    network_unreachable,
    no_buffer_space,
    no_protocol_option,
    no_such_interface,  // a zone that names none
    no_such_process,
    not_a_regular_file,  // a device, a pipe, a socket
    not_a_socket,
    not_connected,
    not_enough_memory,
    not_executable,  // a file that is no program of this system
    not_supported,
    one_operation_at_a_time,  // the blocking engine was asked for two operations at once
    operation_canceled,
    operation_would_block,
    permission_denied,
    program_not_found,
    protocol_error,
    receive_cut_short,  // receive after a receive_exactly() that was ended when it had taken some bytes
    service_not_found,
    state_not_recoverable,  // of a mutex: its owner died, and the next one did not make the state consistent
    temporary_resolver_failure,
    timed_out,
    too_many_files_open,
    too_many_jobs,       // all worker threads are busy, and as many jobs wait for one as may
    too_many_processes,  // or threads: the system, or its user's limit, has no place for one more
    unexpected,          // a number of the system that has no place in the table; `native` tells which
};

// The text of a condition, the same on every system. Static storage; any thread.
[[nodiscard]] std::string_view message(Errc condition) noexcept;

// Pier's category: messages as above, and conditions that compare equal to std::errc where there is a counterpart.
[[nodiscard]] const std::error_category& error_category() noexcept;

[[nodiscard]] std::error_code make_error_code(Errc condition) noexcept;

// A failure: Pier's condition, and the number the system gave (errno, a WSA code or a Win32 code; 0 where the failure
// is Pier's own, such as a deadline). Eight bytes, so that a Result<std::size_t> stays small.
struct Error {
    Errc condition = Errc::ok;
    std::int32_t native = 0;

    [[nodiscard]] std::string_view message() const noexcept { return pier::message(condition); }
    // True for a failure: `if (error) ...`
    explicit operator bool() const noexcept { return condition != Errc::ok; }
    [[nodiscard]] std::error_code code() const noexcept { return make_error_code(condition); }
    operator std::error_code() const noexcept { return code(); }  // NOLINT: the conversion is the point

    friend bool operator==(const Error& error, Errc other) noexcept { return error.condition == other; }
    friend bool operator==(const Error& error, std::errc other) noexcept { return error.code() == other; }
    friend bool operator==(const Error&, const Error&) noexcept = default;
};
static_assert(sizeof(Error) == 8);

// For people: the text, and behind it what the system calls its number, where there is one ("connection refused
// (ECONNREFUSED)"; "(native 4711)" where the number has no name), with what else it may mean on that system.
[[nodiscard]] std::string describe(const Error& error);

template <class T>
using Result = std::expected<T, Error>;

// The failure side of a Result: `return fail(Errc::timed_out);`
[[nodiscard]] inline std::unexpected<Error> fail(Errc condition, std::int32_t native = 0) noexcept {
    return std::unexpected(Error{condition, native});
}
[[nodiscard]] inline std::unexpected<Error> fail(Error error) noexcept { return std::unexpected(error); }

}  // namespace pier

template <>
struct std::is_error_code_enum<pier::Errc> : std::true_type {};
