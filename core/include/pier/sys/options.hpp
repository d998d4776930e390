// Socket options by their identity. core has checked the range of a value, and that the socket is of a kind that has
// the option.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/socket/option_table.hpp>
#include <pier/spi/socket.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace pier::sys {

// What the system's headers call an option and its level, and their numbers. Static storage.
struct NativeOption {
    std::string_view level_name;
    std::string_view name;  // empty: the system has none
    int level = 0;
    int number = 0;
};
// Of a socket of that family: the two of IP have options of their own.
[[nodiscard]] NativeOption native_option(option::Id id, Family family) noexcept;

[[nodiscard]] Result<Family> family_of(spi::NativeSocket socket) noexcept;

// Of options whose value is a number, in the unit of the table. Errors: not_supported where the system has no such
// option, and what the system says.
[[nodiscard]] Result<std::int64_t> read_number(spi::NativeSocket socket, option::Id id) noexcept;
[[nodiscard]] Result<void> write_number(spi::NativeSocket socket, option::Id id, std::int64_t value) noexcept;

// Of `congestion`. Errors: name_not_found for an algorithm that the system has not; as above.
[[nodiscard]] Result<std::string> read_text(spi::NativeSocket socket, option::Id id);
[[nodiscard]] Result<void> write_text(spi::NativeSocket socket, option::Id id, std::string_view value);

// The socket's pending error, which is no longer pending then; ok where there is none.
[[nodiscard]] Result<Error> take_error(spi::NativeSocket socket) noexcept;

// Errors: not_connected, and as above.
[[nodiscard]] Result<option::TcpInfo> read_tcp_info(spi::NativeSocket socket) noexcept;

enum class Membership : std::uint8_t { join, leave };
// Of a datagram socket. The group is a multicast address of the socket's family; `source` is null for any sender, or a
// unicast one. Index 0: the system chooses the interface. Errors: what the system says.
[[nodiscard]] Result<void> change_membership(spi::NativeSocket socket, Membership what, const Endpoint& group,
                                             const Endpoint* source, std::uint32_t interface_index) noexcept;

}  // namespace pier::sys
