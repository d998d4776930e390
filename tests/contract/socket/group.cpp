// Memberships of multicast groups, on the interface of loopback alone.
#include "bytes.hpp"
#include "open.hpp"

#include <pier/socket/groups.hpp>
#include <pier/socket/options.hpp>

#include <array>
#include <string>

using namespace contract;
using pier::Datagram;
using pier::Endpoint;
using pier::Family;
using pier::GroupMembership;

namespace {

// Loopback's on both systems.
constexpr std::uint32_t loopback_index = 1;

constexpr const char* no_groups = "Wine has no MCAST_JOIN_GROUP";

Endpoint any_v4() { return Endpoint::v4({0, 0, 0, 0}, 0); }

// A group that no other test of this machine is in: the port is this socket's own.
Endpoint group_of(std::uint16_t port) {
    return Endpoint::v4({239, 255, static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port & 0xFF)}, port);
}

Datagram open_sender() {
    Datagram sender = open_datagram();
    CHECK(outcome(sender.set(pier::option::multicast_interface{loopback_index})) == Errc::ok);
    CHECK(outcome(sender.set(pier::option::multicast_loop{true})) == Errc::ok);
    return sender;
}

Task<void> send(const Datagram& sender, std::string_view text, Endpoint to) {
    const auto sent = co_await sender.send_to(bytes_of(text), to, limit());
    CHECK(outcome(sent) == Errc::ok);
}

Task<std::string> receive(const Datagram& receiver) {
    std::array<std::byte, 100> into{};
    const auto got = co_await receiver.receive(into, limit());
    REQUIRE(outcome(got) == Errc::ok);
    co_return std::string(text_of(std::span(into).first(got->size)));
}

// What reaches the receiver: "group" where it is a member, and only what is sent to it alone where it is not.
Task<std::string> first_of_two(const Datagram& sender, const Datagram& receiver, Endpoint group) {
    co_await send(sender, "group", group);
    const Endpoint alone = Endpoint::v4({127, 0, 0, 1}, group.port());
    co_await send(sender, "alone", alone);
    std::string first = co_await receive(receiver);
    if (first == "group") {
        const std::string second = co_await receive(receiver);
        CHECK(second == "alone");
    }
    co_return first;
}

}  // namespace

TEST_CASE("group: a member receives what is sent to the group, until it leaves") {
    if (under_wine()) return skip(no_groups);
    on_loop([]() -> Task<void> {
        const Datagram receiver = open_datagram(any_v4());
        const Datagram sender = open_sender();
        const Endpoint group = group_of(receiver.local().port());
        const GroupMembership membership{group, loopback_index, std::nullopt};
        CHECK(outcome(join(receiver, membership)) == Errc::ok);
        const std::string in = co_await first_of_two(sender, receiver, group);
        CHECK(in == "group");
        CHECK_FALSE(join(receiver, membership).has_value());
        CHECK(outcome(leave(receiver, membership)) == Errc::ok);
        const std::string out = co_await first_of_two(sender, receiver, group);
        CHECK(out == "alone");
        CHECK_FALSE(leave(receiver, membership).has_value());
    });
}

TEST_CASE("group: a member for one source receives nothing of others") {
    if (under_wine()) return skip(no_groups);
    on_loop([]() -> Task<void> {
        const Datagram receiver = open_datagram(any_v4());
        const Datagram sender = open_sender();
        const Endpoint group = group_of(receiver.local().port());
        const GroupMembership of_sender{group, loopback_index, Endpoint::v4({127, 0, 0, 1}, 0)};
        const GroupMembership of_other{group, loopback_index, Endpoint::v4({127, 0, 0, 9}, 0)};
        CHECK(outcome(join(receiver, of_other)) == Errc::ok);
        const std::string other = co_await first_of_two(sender, receiver, group);
        CHECK(other == "alone");
        CHECK(outcome(join(receiver, of_sender)) == Errc::ok);
        const std::string both_of_them = co_await first_of_two(sender, receiver, group);
        CHECK(both_of_them == "group");
        CHECK(outcome(leave(receiver, of_sender)) == Errc::ok);
        CHECK(outcome(leave(receiver, of_other)) == Errc::ok);
    });
}

TEST_CASE("group: memberships of IPv6, by index and by zone") {
    if (under_wine()) return skip(no_groups);
    on_loop([]() -> Task<void> {
        const Datagram receiver = open_datagram(Endpoint::v6({}, 0));
        const pier::Endpoint::V6 address{0xFF, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4D, 1};
        const GroupMembership by_index{Endpoint::v6(address, 0), loopback_index, std::nullopt};
        const GroupMembership by_zone{Endpoint::v6(address, 0, loopback_index), 0, std::nullopt};
        CHECK(outcome(join(receiver, by_index)) == Errc::ok);
        CHECK_FALSE(join(receiver, by_zone).has_value());
        CHECK(outcome(leave(receiver, by_zone)) == Errc::ok);
        const GroupMembership of_one{Endpoint::v6(address, 0), loopback_index, Endpoint::loopback(Family::ipv6)};
        CHECK(outcome(join(receiver, of_one)) == Errc::ok);
        CHECK(outcome(leave(receiver, of_one)) == Errc::ok);
        co_return;
    });
}

TEST_CASE("group: what is none is refused before the system sees it") {
    on_loop([]() -> Task<void> {
        const Datagram v4 = open_datagram(any_v4());
        const Datagram v6 = open_datagram(Endpoint::v6({}, 0));
        const Endpoint group = group_of(1);
        for (const GroupMembership& wrong :
             {GroupMembership{Endpoint::v4({127, 0, 0, 1}, 0), loopback_index, std::nullopt},
              GroupMembership{Endpoint{}, loopback_index, std::nullopt}, GroupMembership{group, loopback_index, group},
              GroupMembership{group, loopback_index, Endpoint::loopback(Family::ipv6)}}) {
            CHECK(outcome(join(v4, wrong)) == Errc::invalid_argument);
            CHECK(outcome(leave(v4, wrong)) == Errc::invalid_argument);
        }
        CHECK(outcome(join(v6, {group, loopback_index, std::nullopt})) == Errc::invalid_argument);
        const Datagram none;
        CHECK(outcome(join(none, {group, loopback_index, std::nullopt})) == Errc::not_connected);
        co_return;
    });
}
