#include <pier/result.hpp>

#include <pier/sys/error.hpp>

#include <array>

namespace pier {
namespace {

struct Entry {
    Errc condition;
    std::string_view text;
    std::errc counterpart;  // errc{} where the standard has none
};

constexpr std::errc none{};

constexpr Entry table[] = {
    {Errc::ok, "success", none},
    {Errc::address_family_not_supported, "address family not supported", std::errc::address_family_not_supported},
    {Errc::address_in_use, "address in use", std::errc::address_in_use},
    {Errc::address_not_available, "address not available", std::errc::address_not_available},
    {Errc::already_connected, "already connected", std::errc::already_connected},
    {Errc::already_in_progress, "only one at a time is allowed, and there is one already",
     std::errc::connection_already_in_progress},
    {Errc::argument_list_too_long, "too many arguments, or too long ones", std::errc::argument_list_too_long},
    {Errc::bad_address_text, "not an address of the form 127.0.0.1:7000, [::1]:7000 or unix:/path", none},
    {Errc::bad_name, "not a name of letters, digits, '-', '_' and '.' that begins with a letter or digit", none},
    {Errc::beyond_limit, "more than this system allows", none},
    {Errc::broken_pipe, "the stream is closed for sending", std::errc::broken_pipe},
    {Errc::connection_aborted, "connection aborted", std::errc::connection_aborted},
    {Errc::connection_refused, "connection refused", std::errc::connection_refused},
    {Errc::connection_reset, "connection reset by peer", std::errc::connection_reset},
    {Errc::count_too_large, "the semaphore's count is at its limit", std::errc::value_too_large},
    {Errc::directory_not_found, "no such directory", std::errc::not_a_directory},
    {Errc::disk_full, "no space left on the disk", std::errc::no_space_on_device},
    {Errc::end_of_stream, "the peer ended the stream too early", none},
    {Errc::file_exists, "the file exists", std::errc::file_exists},
    {Errc::file_in_use, "another program has the file in use", std::errc::text_file_busy},
    {Errc::file_not_found, "no such file", std::errc::no_such_file_or_directory},
    {Errc::file_too_large, "file too large", std::errc::file_too_large},
    {Errc::host_not_found, "host not found", none},
    {Errc::host_unreachable, "host unreachable", std::errc::host_unreachable},
    {Errc::input_waiting, "something that was received has not been taken yet", none},
    {Errc::invalid_argument, "invalid argument", std::errc::invalid_argument},
    {Errc::io_error, "the device failed", std::errc::io_error},
    {Errc::is_a_directory, "is a directory", std::errc::is_a_directory},
    {Errc::mapped_address, "IPv4 in IPv6 form, for a socket that takes IPv6 only: write it as IPv4", none},
    {Errc::message_size, "message too long", std::errc::message_size},
    {Errc::misplaced_zone, "only a link-local address has a zone", none},
    {Errc::name_not_found, "nothing of that name", std::errc::no_such_file_or_directory},
    {Errc::name_taken, "the name is taken", std::errc::file_exists},
    {Errc::name_too_long, "name or path too long", std::errc::filename_too_long},
    {Errc::network_down, "network down", std::errc::network_down},
    {Errc::network_reset, "connection dropped by the network", std::errc::network_reset},
    {Errc::network_unreachable, "network unreachable", std::errc::network_unreachable},
    {Errc::no_buffer_space, "no buffer space", std::errc::no_buffer_space},
    {Errc::no_protocol_option, "no such option on this system", std::errc::no_protocol_option},
    {Errc::no_such_interface, "no such network interface", std::errc::no_such_device},
    {Errc::no_such_process, "no such process", std::errc::no_such_process},
    {Errc::not_a_regular_file, "not a regular file", none},
    {Errc::not_a_socket, "not a socket", std::errc::not_a_socket},
    {Errc::not_connected, "not connected", std::errc::not_connected},
    {Errc::not_enough_memory, "not enough memory", std::errc::not_enough_memory},
    {Errc::not_executable, "not a program that this system can run", std::errc::executable_format_error},
    {Errc::not_supported, "not supported on this system", std::errc::operation_not_supported},
    {Errc::one_operation_at_a_time, "a blocking engine runs one operation at a time", none},
    {Errc::operation_canceled, "operation canceled", std::errc::operation_canceled},
    {Errc::operation_would_block, "operation would block", std::errc::operation_would_block},
    {Errc::permission_denied, "permission denied", std::errc::permission_denied},
    {Errc::program_not_found, "no such program", std::errc::no_such_file_or_directory},
    {Errc::protocol_error, "protocol error", std::errc::protocol_error},
    {Errc::receive_cut_short, "an earlier receive was ended half-way: the rest of the stream is out of step", none},
    {Errc::service_not_found, "service not found", none},
    {Errc::state_not_recoverable, "an owner of the mutex died, and nobody made consistent what it protects",
     std::errc::state_not_recoverable},
    {Errc::temporary_resolver_failure, "temporary failure in name resolution", none},
    {Errc::timed_out, "timed out", std::errc::timed_out},
    {Errc::too_many_files_open, "too many open files or sockets", std::errc::too_many_files_open},
    {Errc::too_many_jobs, "all worker threads are busy, and no more jobs may wait", none},
    {Errc::too_many_processes, "no more processes or threads can be started", none},
    {Errc::unexpected, "unexpected system error", none},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < std::size(table); ++i) {
        if (static_cast<std::size_t>(table[i].condition) != i) return false;
    }
    return std::size(table) == static_cast<std::size_t>(Errc::unexpected) + 1;
}
static_assert(in_order(), "the table is indexed by the condition");

const Entry& entry(int condition) noexcept {
    bool known = condition >= 0 && static_cast<std::size_t>(condition) < std::size(table);
    return known ? table[condition] : table[static_cast<std::size_t>(Errc::unexpected)];
}

class Category final : public std::error_category {
public:
    const char* name() const noexcept override { return "pier"; }
    std::string message(int condition) const override { return std::string(entry(condition).text); }
    std::error_condition default_error_condition(int condition) const noexcept override {
        std::errc counterpart = entry(condition).counterpart;
        if (counterpart != none) return std::make_error_condition(counterpart);
        return {condition, *this};
    }
};

}  // namespace

std::string_view message(Errc condition) noexcept { return entry(static_cast<int>(condition)).text; }

const std::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

std::error_code make_error_code(Errc condition) noexcept { return {static_cast<int>(condition), error_category()}; }

std::string describe(const Error& error) {
    std::string text(error.message());
    if (error.native == 0) return text;
    const std::string_view name = sys::name(error);
    text += " (" + (name.empty() ? "native " + std::to_string(error.native) : std::string(name));
    if (std::string_view remark = sys::remark(error); !remark.empty()) text.append(": ").append(remark);
    return text + ")";
}

}  // namespace pier
