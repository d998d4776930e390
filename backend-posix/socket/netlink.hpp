// Lists of the kernel by rtnetlink (netlink(7), rtnetlink(7)): a request, and messages until the list is complete.
#pragma once

#include <pier/result.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>

namespace pier::posix {

// A value that stands somewhere in a message. Nothing where the bytes end before it does.
template <class T>
[[nodiscard]] bool read_value(std::span<const std::byte> bytes, T& value) noexcept {
    if (bytes.size() < sizeof value) return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    return true;
}

// Calls `take(type, value)` for each attribute (struct rtattr), up to the first one that is broken. The flags that a
// type may have are left out.
void for_each_attribute(std::span<const std::byte> bytes,
                        const std::function<void(std::uint16_t type, std::span<const std::byte> value)>& take);

// What one datagram of the kernel has brought of a list.
enum class DumpStep : std::uint8_t {
    more,         // further datagrams follow
    complete,     // this was the last one
    interrupted,  // the list has changed while it was written, or a part is lost: only a new request helps
    failed,
};

using TakeMessage = std::function<void(std::span<const std::byte> payload)>;

// Takes the messages of one datagram apart: `take` is given those of type `wanted` that answer request `sequence`.
// `error` is set where the answer is `failed`. An interruption does not end the list, but is remembered in
// `was_interrupted` until its end.
[[nodiscard]] DumpStep take_datagram(std::span<const std::byte> datagram, std::uint32_t sequence, std::uint16_t wanted,
                                     const TakeMessage& take, bool& was_interrupted, Error& error);

// A socket for one list after the other. After an interruption or a failure a new socket is needed: what is left of the
// old list in this one would be read as a part of the next.
class Netlink {
public:
    // Errors: address_family_not_supported, permission_denied, too_many_files_open, no_buffer_space.
    [[nodiscard]] static Result<Netlink> open();
    Netlink(Netlink&& other) noexcept;
    Netlink& operator=(Netlink&&) = delete;
    ~Netlink();

    // Asks for a list by a message of type `request` with this body, and takes what comes, of type `wanted`. The kernel
    // writes its answer while it is being asked, so this waits for nobody. `complete` or `interrupted`. Errors: what
    // the kernel answers; as open().
    [[nodiscard]] Result<DumpStep> dump(std::uint16_t request, std::span<const std::byte> body, std::uint16_t wanted,
                                        const TakeMessage& take);

private:
    explicit Netlink(int socket) noexcept : socket_(socket) {}
    [[nodiscard]] Result<void> ask(std::uint16_t request, std::span<const std::byte> body);

    int socket_;
    std::uint32_t sequence_ = 0;
};

}  // namespace pier::posix
