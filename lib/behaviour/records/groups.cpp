// Groups, on the interface of loopback alone, where nobody else hears of them; and what a datagram tells of its way.
#include "scenarios.hpp"

#include <pier/behaviour/steps.hpp>
#include <pier/datagram.hpp>
#include <pier/socket/detailed_datagram.hpp>
#include <pier/socket/groups.hpp>
#include <pier/socket/options.hpp>
#include <pier/socket/own_groups.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pier::behaviour {
namespace {

// Loopback's on both systems.
constexpr std::uint32_t loopback_index = 1;

// For local use (RFC 2365). The port is the receiver's own, so that another program hears of nothing.
pier::Endpoint group_of(const pier::Datagram& receiver) {
    return pier::Endpoint::v4({239, 255, 42, 7}, receiver.local().port());
}

// Which error a refusal is, is the system's matter.
Outcome membership_outcome(const pier::Result<void>& changed) {
    const Outcome said = outcome_of(changed);
    const bool refused = said == Outcome::address_in_use || said == Outcome::not_available;
    return refused ? Outcome::invalid_argument : said;
}

pier::Task<Outcome> heard(const pier::Datagram& receiver, std::string_view text) {
    std::array<std::byte, 16> into{};
    auto got = co_await receiver.receive(into, text.empty() ? window : limit);
    if (!got) co_return got.error() == pier::Errc::timed_out ? Outcome::quiet : outcome_of(got.error());
    const auto came = std::span<const std::byte>(into).first(got->size);
    co_return std::ranges::equal(came, bytes(text)) ? Outcome::data : Outcome::too_much;
}

pier::Result<pier::Datagram> open_sender() {
    auto sender = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!sender) return sender;
    if (auto set = sender->set(pier::option::multicast_interface{loopback_index}); !set) return pier::fail(set.error());
    return sender;
}

}  // namespace

pier::Task<Verdict> group_membership() {
    const pier::DatagramOptions shared{.share_address = true, .dual_stack = false};
    auto member = pier::Datagram::open(pier::Endpoint::any(pier::Family::ipv4), shared);
    if (!member) co_return failed("opening", member.error());
    auto other = pier::Datagram::open(member->local(), shared);
    if (!other) co_return failed("opening on the same port", other.error());
    if (auto own = pier::receive_own_groups_alone(*other); !own) co_return failed("own groups", own.error());
    const pier::Endpoint group = group_of(*member);
    const pier::GroupMembership membership{group, loopback_index, {}};
    auto joined = pier::join(*member, membership);
    if (!joined) co_return observed(joined.error());
    Outcomes seen = Outcome::works;
    seen += membership_outcome(pier::join(*member, membership));
    auto sender = open_sender();
    if (!sender) co_return failed("opening a sender", sender.error());
    auto sent = co_await sender->send_to(bytes("all"), group, limit);
    if (!sent) co_return failed("sending to the group", sent.error());
    seen += co_await heard(*member, "all");
    seen += co_await heard(*other, "");
    for (int times = 0; times < 2; ++times) seen += membership_outcome(pier::leave(*member, membership));
    co_return Verdict{seen};
}

pier::Task<Verdict> group_loop() {
    auto member = pier::Datagram::open(pier::Endpoint::any(pier::Family::ipv4));
    if (!member) co_return failed("opening", member.error());
    const pier::Endpoint group = group_of(*member);
    auto joined = pier::join(*member, {group, loopback_index, {}});
    if (!joined) co_return observed(joined.error());
    auto sender = open_sender();
    if (!sender) co_return failed("opening a sender", sender.error());
    for (const pier::Datagram* socket : {&*sender, &*member}) {
        if (auto set = socket->set(pier::option::multicast_loop{true}); !set) co_return failed("the loop", set.error());
    }
    auto sent = co_await sender->send_to(bytes("on"), group, limit);
    if (!sent) co_return failed("sending to the group", sent.error());
    Outcomes seen = co_await heard(*member, "on");
    for (const pier::Datagram* socket : {&*sender, &*member}) {
        if (auto set = socket->set(pier::option::multicast_loop{false}); !set)
            co_return failed("the loop", set.error());
    }
    sent = co_await sender->send_to(bytes("off"), group, limit);
    if (!sent) co_return failed("sending to the group", sent.error());
    const Outcome off = co_await heard(*member, "");
    co_return Verdict{seen + (off == Outcome::too_much ? Outcome::data : off)};
}

pier::Task<Verdict> destination_is_told() {
    auto receiver = pier::DetailedDatagram::open(pier::Endpoint::any(pier::Family::ipv4));
    if (!receiver) co_return failed("opening", receiver.error());
    auto sender = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!sender) co_return failed("opening", sender.error());
    const auto to = pier::Endpoint::loopback(pier::Family::ipv4).with_port(receiver->local().port());
    auto sent = co_await sender->send_to(bytes("where"), to, limit);
    if (!sent) co_return failed("sending", sent.error());
    std::array<std::byte, 16> into{};
    auto got = co_await receiver->receive(into, limit);
    if (!got) co_return observed(got.error());
    Outcomes seen = got->to == to ? Outcome::same : Outcome::differs;
    seen += got->interface_index != 0 ? Outcome::works : Outcome::nothing;
    // The answer leaves from there, and from no other address of the machine.
    auto answered = co_await receiver->send_to(bytes("here"), got->from, got->reply_source(), limit);
    if (!answered) co_return Verdict{seen + outcome_of(answered.error()), pier::describe(answered.error())};
    auto answer = co_await sender->receive(into, limit);
    if (!answer) co_return Verdict{seen + outcome_of(answer.error()), pier::describe(answer.error())};
    co_return Verdict{seen + (answer->from == to ? Outcome::data : Outcome::differs)};
}

}  // namespace pier::behaviour
