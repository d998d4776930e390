// A socket's address: IPv4 or IPv6 with a port, or the name of a Unix-domain socket.
#pragma once

#include <pier/result.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pier {

// unix_domain is AF_UNIX, which is called AF_LOCAL too.
enum class Family : std::uint8_t { unspecified, ipv4, ipv6, unix_domain };

// A value of 24 bytes; any thread. Addresses are in network order, the port is a plain number. The name of a
// Unix-domain socket (unix(7)) is shared by the copies, so that the addresses in each idle connection stay as small as
// IPv6 needs: in line it would have 108 bytes.
class Endpoint {
public:
    using V4 = std::array<std::uint8_t, 4>;
    using V6 = std::array<std::uint8_t, 16>;

    // sun_path has 108 bytes on Linux and on Windows. One is the zero that ends a path, or begins an abstract name.
    static constexpr std::size_t longest_unix_name = 107;

    constexpr Endpoint() noexcept : bytes_{} {}
    constexpr Endpoint(const Endpoint& other) noexcept : bytes_{} { copy(other); }
    constexpr Endpoint(Endpoint&& other) noexcept : bytes_{} { take(other); }
    constexpr Endpoint& operator=(const Endpoint& other) noexcept {
        if (this == &other) return *this;
        drop();
        copy(other);
        return *this;
    }
    constexpr Endpoint& operator=(Endpoint&& other) noexcept {
        if (this == &other) return *this;
        drop();
        take(other);
        return *this;
    }
    constexpr ~Endpoint() { drop(); }

    [[nodiscard]] static constexpr Endpoint v4(V4 address, std::uint16_t port) noexcept {
        Endpoint e;
        e.family_ = Family::ipv4;
        e.port_ = port;
        for (std::size_t i = 0; i < address.size(); ++i) e.bytes_[i] = address[i];
        return e;
    }
    [[nodiscard]] static constexpr Endpoint v6(V6 address, std::uint16_t port, std::uint32_t scope = 0) noexcept {
        Endpoint e;
        e.family_ = Family::ipv6;
        e.port_ = port;
        e.scope_ = scope;
        e.bytes_ = address;
        return e;
    }
    // The file of a Unix-domain socket; on Windows in UTF-8. Errors: bad_address_text for an empty path and one with a
    // zero byte; name_too_long beyond longest_unix_name; not_enough_memory.
    [[nodiscard]] static Result<Endpoint> unix_path(std::string_view path) noexcept;
    // A name without a file, which goes with its socket: on Linux alone. Elsewhere open() and connect() refuse it with
    // address_family_not_supported. Any bytes. Errors: as unix_path().
    [[nodiscard]] static Result<Endpoint> unix_abstract(std::string_view name) noexcept;
    // A Unix-domain socket's name as the system has it: a path, or a zero byte and an abstract name; empty for a socket
    // without one, and that is also what comes of a name for which there is no memory.
    [[nodiscard]] static Endpoint from_unix_name(std::string_view name) noexcept;

    // Of Unix-domain sockets, both are the unnamed one: a datagram socket that is opened with it gets a free abstract
    // name on Linux (unix(7), "autobind").
    [[nodiscard]] static constexpr Endpoint loopback(Family family, std::uint16_t port = 0) noexcept {
        if (family == Family::unix_domain) return unnamed();
        if (family == Family::ipv6) return v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, port);
        return v4({127, 0, 0, 1}, port);
    }
    [[nodiscard]] static constexpr Endpoint any(Family family, std::uint16_t port = 0) noexcept {
        if (family == Family::unix_domain) return unnamed();
        return family == Family::ipv6 ? v6({}, port) : v4({}, port);
    }

    // "127.0.0.1:7000", "[::1]:7000", "[fe80::1%2]:7000" (the zone is an interface's number or name),
    // "unix:/run/name.sock", "unix:@abstract". Dotted quads only, without leading zeros: the historical short, octal
    // and hexadecimal forms are refused on every system. Behind "unix:" a percent sign and two hexadecimal digits are
    // the byte of that number; so a file that begins with an at sign is "unix:%40name", or "unix:./@name". Errors:
    // bad_address_text; no_such_interface for a zone that names none here and now; misplaced_zone behind an address
    // that is not link-local; name_too_long.
    [[nodiscard]] static Result<Endpoint> parse(std::string_view text);
    // The address alone, without brackets and port: IPv4 or IPv6.
    [[nodiscard]] static Result<Endpoint> parse_address(std::string_view text, std::uint16_t port = 0);

    [[nodiscard]] constexpr Family family() const noexcept { return family_; }
    [[nodiscard]] constexpr bool is_unix() const noexcept { return family_ == Family::unix_domain; }
    [[nodiscard]] constexpr std::uint16_t port() const noexcept { return port_; }  // 0 where the family has no ports
    [[nodiscard]] constexpr Endpoint with_port(std::uint16_t port) const noexcept {
        Endpoint e = *this;
        if (!is_unix()) e.port_ = port;
        return e;
    }
    [[nodiscard]] constexpr std::uint32_t scope() const noexcept { return scope_; }  // IPv6: interface index, 0 is none
    [[nodiscard]] constexpr V4 v4_bytes() const noexcept {
        const V6& bytes = v6_bytes();
        return {bytes[0], bytes[1], bytes[2], bytes[3]};
    }
    [[nodiscard]] constexpr const V6& v6_bytes() const noexcept { return is_unix() ? no_bytes : bytes_; }
    // As from_unix_name() takes it; lives as long as this. Empty for the other families.
    [[nodiscard]] std::string_view unix_name() const noexcept;
    // A Unix-domain socket with a file, which unix_name() is the path of.
    [[nodiscard]] bool has_path() const noexcept {
        const std::string_view name = unix_name();
        return !name.empty() && name.front() != '\0';
    }
    // Somebody can be reached by it: it has a port, or a name.
    [[nodiscard]] constexpr bool is_complete() const noexcept { return is_unix() ? name_ != nullptr : port_ != 0; }

    [[nodiscard]] constexpr bool is_any() const noexcept {
        return family_ != Family::unspecified && !is_unix() && bytes_ == V6{};
    }
    // Whom a connect to it reaches: loopback for an unspecified address, on every system, else itself.
    [[nodiscard]] constexpr Endpoint reached() const noexcept { return is_any() ? loopback(family_, port_) : *this; }
    // IPv4 in IPv6 form (::ffff:a.b.c.d): how a dual-stack socket names its IPv4 peers.
    [[nodiscard]] constexpr bool is_v4_mapped() const noexcept {
        if (family_ != Family::ipv6) return false;
        for (std::size_t i = 0; i < 10; ++i) {
            if (bytes_[i] != 0) return false;
        }
        return bytes_[10] == 0xff && bytes_[11] == 0xff;
    }
    // An IP address of the machine itself.
    [[nodiscard]] constexpr bool is_loopback() const noexcept {
        if (family_ == Family::ipv4) return bytes_[0] == 127;
        return family_ == Family::ipv6 && bytes_ == V6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    }

    // The form that parse() reads, where there is such a zone; IPv6 as RFC 5952 wants it, the zone as a number. Of a
    // Unix-domain socket's name, all but visible ASCII is written as numbers. "unix:" for one without a name, which is
    // no address that parse() takes. "unspecified" without a family.
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] std::string address_string() const;

    friend constexpr bool operator==(const Endpoint& a, const Endpoint& b) noexcept {
        if (a.family_ != b.family_ || a.port_ != b.port_ || a.scope_ != b.scope_) return false;
        return a.is_unix() ? a.unix_name() == b.unix_name() : a.bytes_ == b.bytes_;
    }
    friend constexpr std::strong_ordering operator<=>(const Endpoint& a, const Endpoint& b) noexcept {
        if (auto order = a.family_ <=> b.family_; order != 0) return order;
        if (auto order = a.port_ <=> b.port_; order != 0) return order;
        if (auto order = a.scope_ <=> b.scope_; order != 0) return order;
        return a.is_unix() ? a.unix_name() <=> b.unix_name() : a.bytes_ <=> b.bytes_;
    }

private:
    struct UnixName;
    static constexpr V6 no_bytes{};

    [[nodiscard]] static constexpr Endpoint unnamed() noexcept {
        Endpoint e;
        e.family_ = Family::unix_domain;
        std::construct_at(&e.name_, nullptr);
        return e;
    }
    // Null where there is no memory.
    [[nodiscard]] static UnixName* make_name(std::string_view name) noexcept;
    static Result<Endpoint> named(std::string_view name) noexcept;
    static Result<Endpoint> parse_unix(std::string_view text) noexcept;
    [[nodiscard]] std::string unix_string() const;
    // Out of line, so that an IP address pays for one comparison.
    void share() const noexcept;
    void unshare() noexcept;

    // For an object that holds no name.
    constexpr void copy(const Endpoint& other) noexcept {
        family_ = other.family_;
        port_ = other.port_;
        scope_ = other.scope_;
        if (is_unix()) [[unlikely]] {
            std::construct_at(&name_, other.name_);
            if (name_ != nullptr) share();
        } else {
            bytes_ = other.bytes_;
        }
    }
    constexpr void take(Endpoint& other) noexcept {
        family_ = other.family_;
        port_ = other.port_;
        scope_ = other.scope_;
        if (is_unix()) [[unlikely]] {
            std::construct_at(&name_, other.name_);
            other.name_ = nullptr;
        } else {
            bytes_ = other.bytes_;
        }
    }
    constexpr void drop() noexcept {
        if (!is_unix()) [[likely]]
            return;
        if (name_ != nullptr) unshare();
        std::construct_at(&bytes_);
    }

    Family family_ = Family::unspecified;
    std::uint16_t port_ = 0;
    std::uint32_t scope_ = 0;
    union {
        V6 bytes_;              // IPv4 uses the first four; the rest stays zero, so that equality holds
        const UnixName* name_;  // of Family::unix_domain; null without a name
    };
};

}  // namespace pier
