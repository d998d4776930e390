// Requests, and what is heard: good answers, and those that are none.
#include "frames.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

namespace packet = pier::packet;
using arp_scan::Asker;
using arp_scan::Ipv4Number;

const packet::MacAddress ours({2, 0, 0, 0, 0, 1});
const packet::MacAddress theirs({2, 0, 0, 0, 0, 2});
constexpr Ipv4Number our_address = 0xc0000201;
constexpr Ipv4Number their_address = 0xc0000202;
const Asker asker{ours, our_address};

std::vector<std::byte> frame_of(const packet::ArpFields& fields, const packet::MacAddress& to = ours) {
    std::vector<std::byte> frame(60);
    const packet::Room room(frame);
    const auto arp = build(fields, room.subspan(14));
    REQUIRE(arp);
    packet::EthernetFields ethernet;
    ethernet.destination = to;
    ethernet.source = fields.sender_mac;
    ethernet.type = packet::ether_type::arp;
    REQUIRE(build(ethernet, room.subspan(14, *arp), room));
    return frame;
}

packet::ArpFields good_answer() {
    packet::ArpFields fields;
    fields.operation = packet::arp_operation::reply;
    fields.sender_mac = theirs;
    fields.sender = arp_scan::address_of(their_address);
    fields.target_mac = ours;
    fields.target = arp_scan::address_of(our_address);
    return fields;
}

bool is_answer(const std::vector<std::byte>& frame, const Asker& who = asker) {
    const auto heard = arp_scan::hear(frame);
    return heard && arp_scan::answers(*heard, who);
}

}  // namespace

TEST_CASE("a request is what the library of packets reads as one, to everybody") {
    const auto frame = arp_scan::request(asker, their_address);
    const auto ethernet = packet::Ethernet::read(frame);
    REQUIRE(ethernet);
    CHECK(ethernet->destination().is_broadcast());
    CHECK(ethernet->source() == ours);
    const auto arp = packet::Arp::read(ethernet->payload());
    REQUIRE(arp);
    packet::ArpFields fields;
    fields.sender_mac = ours;
    fields.sender = arp_scan::address_of(our_address);
    fields.target = arp_scan::address_of(their_address);
    CHECK(arp->fields() == fields);
}

TEST_CASE("an answer is a reply to our addresses") {
    CHECK(is_answer(frame_of(good_answer())));
    CHECK(is_answer(frame_of(good_answer(), packet::MacAddress::broadcast())));
    const auto heard = arp_scan::hear(frame_of(good_answer()));
    REQUIRE(heard);
    CHECK(heard->sender() == their_address);
    CHECK_FALSE(heard->is_gratuitous());
}

TEST_CASE("a probe is answered to 0.0.0.0") {
    auto fields = good_answer();
    fields.target = arp_scan::address_of(0);
    CHECK(is_answer(frame_of(fields), {ours, 0}));
    CHECK_FALSE(is_answer(frame_of(fields)));
    CHECK_FALSE(is_answer(frame_of(good_answer()), {ours, 0}));
}

TEST_CASE("what is not for us, asks, or comes from us is no answer") {
    auto fields = good_answer();
    CHECK_FALSE(is_answer(frame_of(fields, theirs)));
    fields.operation = packet::arp_operation::request;
    CHECK_FALSE(is_answer(frame_of(fields)));
    fields = good_answer();
    fields.target = fields.sender;
    CHECK_FALSE(is_answer(frame_of(fields)));
    CHECK(arp_scan::hear(frame_of(fields))->is_gratuitous());
    fields = good_answer();
    fields.target_mac = theirs;
    CHECK_FALSE(is_answer(frame_of(fields)));
    fields = good_answer();
    fields.sender_mac = ours;
    CHECK_FALSE(is_answer(frame_of(fields)));
}

TEST_CASE("senders that nobody can be are not heard") {
    for (const Ipv4Number sender : {0x00000000U, 0xe0000001U, 0xffffffffU}) {
        auto fields = good_answer();
        fields.sender = arp_scan::address_of(sender);
        CHECK_FALSE(arp_scan::hear(frame_of(fields)));
    }
    for (const auto& mac :
         {packet::MacAddress(), packet::MacAddress::broadcast(), packet::MacAddress({1, 0, 0x5e, 0, 0, 1})}) {
        auto fields = good_answer();
        fields.sender_mac = mac;
        CHECK_FALSE(arp_scan::hear(frame_of(fields)));
    }
}

TEST_CASE("frames that are cut, at each length, are not heard") {
    const auto frame = frame_of(good_answer());
    for (std::size_t size = 0; size < 42; ++size) {
        CHECK_FALSE(arp_scan::hear(packet::Bytes(frame).first(size)));
    }
    CHECK(arp_scan::hear(packet::Bytes(frame).first(42)));
}

TEST_CASE("each byte of the header that says what kind it is has to be right") {
    const auto frame = frame_of(good_answer());
    for (std::size_t place = 12; place < 22; ++place) {
        auto wrong = frame;
        wrong[place] ^= std::byte{0x04};
        CHECK_FALSE(is_answer(wrong));
    }
}
