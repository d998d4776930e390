// What the kernel sends of a list, also what it sends only when something has gone wrong.
#include "socket/netlink.hpp"

#include <doctest/doctest.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <cerrno>
#include <cstdint>
#include <ostream>  // doctest prints texts by it, and does not include it
#include <string>
#include <vector>

using pier::Errc;
using pier::posix::DumpStep;

namespace {

constexpr std::uint32_t sequence = 7;
constexpr std::uint16_t wanted = RTM_NEWLINK;

struct Message {
    std::uint16_t type = wanted;
    std::string payload;
    std::uint16_t flags = NLM_F_MULTI;
    std::uint32_t number = sequence;
};

std::string text_of(int value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

std::string padded(std::string text) {
    text.resize(text.size() + (4 - text.size() % 4) % 4);
    return text;
}

std::string datagram(const std::vector<Message>& messages) {
    std::string all;
    for (const Message& each : messages) {
        nlmsghdr header{};
        header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + each.payload.size());
        header.nlmsg_type = each.type;
        header.nlmsg_flags = each.flags;
        header.nlmsg_seq = each.number;
        all.append(reinterpret_cast<const char*>(&header), sizeof header).append(padded(each.payload));
    }
    return all;
}

std::string attribute(std::uint16_t type, const std::string& value, int lie = 0) {
    rtattr header{};
    header.rta_len = static_cast<std::uint16_t>(static_cast<int>(sizeof header + value.size()) + lie);
    header.rta_type = type;
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) + padded(value);
}

struct Taken {
    DumpStep step = DumpStep::failed;
    std::string payloads;  // each with a "|" behind it
    pier::Error error;
};

// `bytes` one after the other, until the list has ended.
Taken take(const std::vector<std::string>& all) {
    Taken taken;
    bool was_interrupted = false;
    for (const std::string& bytes : all) {
        taken.step = pier::posix::take_datagram(
            std::as_bytes(std::span(bytes)), sequence, wanted,
            [&](std::span<const std::byte> payload) {
                taken.payloads.append(reinterpret_cast<const char*>(payload.data()), payload.size()).append("|");
            },
            was_interrupted, taken.error);
        if (taken.step != DumpStep::more) break;
    }
    return taken;
}

std::string attributes_of(const std::string& bytes) {
    std::string seen;
    pier::posix::for_each_attribute(std::as_bytes(std::span(bytes)),
                                    [&](std::uint16_t type, std::span<const std::byte> value) {
                                        seen.append(std::to_string(type)).append("=");
                                        seen.append(reinterpret_cast<const char*>(value.data()), value.size());
                                        seen.append(" ");
                                    });
    return seen;
}

}  // namespace

TEST_CASE("netlink: a list goes over several datagrams, until its end") {
    const Taken taken = take({datagram({{.payload = "a"}, {.payload = "bcd"}}), datagram({{.payload = "efghi"}}),
                              datagram({{.type = NLMSG_DONE, .payload = text_of(0)}}), datagram({{.payload = "no"}})});
    CHECK(taken.step == DumpStep::complete);
    CHECK(taken.payloads == "a|bcd|efghi|");
    CHECK(take({datagram({{.payload = "a"}})}).step == DumpStep::more);
    CHECK(take({datagram({{.type = NLMSG_DONE, .payload = ""}})}).step == DumpStep::complete);
}

TEST_CASE("netlink: messages of other kinds and of other requests are left out") {
    const Taken taken = take({datagram({{.payload = "old", .number = sequence - 1},
                                        {.type = RTM_NEWADDR, .payload = "address"},
                                        {.type = NLMSG_DONE, .payload = text_of(0), .number = sequence - 1},
                                        {.type = NLMSG_NOOP, .payload = ""},
                                        {.payload = "mine"},
                                        {.type = NLMSG_ERROR, .payload = text_of(0) + std::string(16, '\0')}})});
    CHECK(taken.step == DumpStep::more);
    CHECK(taken.payloads == "mine|");
}

TEST_CASE("netlink: a list that has changed while it was written is interrupted, at its end") {
    const std::string changed = datagram({{.payload = "a", .flags = NLM_F_MULTI | NLM_F_DUMP_INTR}, {.payload = "b"}});
    CHECK(take({changed}).step == DumpStep::more);
    const Taken taken = take({changed, datagram({{.payload = "c"}, {.type = NLMSG_DONE, .payload = text_of(0)}})});
    CHECK(taken.step == DumpStep::interrupted);
    CHECK(taken.payloads == "a|b|c|");
    // The kernel may find it out at the end only.
    CHECK(
        take({datagram({{.type = NLMSG_DONE, .payload = text_of(0), .flags = NLM_F_MULTI | NLM_F_DUMP_INTR}})}).step ==
        DumpStep::interrupted);
}

TEST_CASE("netlink: a message that is cut short means another attempt, and nothing behind it is read") {
    const std::string whole = datagram({{.payload = "abcd"}, {.payload = "efgh"}});
    const Taken taken = take({whole.substr(0, whole.size() - 1)});
    CHECK(taken.step == DumpStep::interrupted);
    CHECK(taken.payloads == "abcd|");
    std::string lies = whole;
    lies[0] = 3;  // shorter than its header
    CHECK(take({lies}).step == DumpStep::interrupted);
    CHECK(take({datagram({{.type = NLMSG_OVERRUN, .payload = ""}})}).step == DumpStep::interrupted);
    CHECK(take({datagram({{.type = NLMSG_ERROR, .payload = "x"}})}).step == DumpStep::interrupted);
}

TEST_CASE("netlink: what the kernel refuses is an error") {
    Taken taken = take({datagram({{.type = NLMSG_ERROR, .payload = text_of(-EPERM) + std::string(16, '\0')}})});
    CHECK(taken.step == DumpStep::failed);
    CHECK(taken.error == pier::Error{Errc::permission_denied, EPERM});
    taken = take({datagram({{.payload = "a"}, {.type = NLMSG_DONE, .payload = text_of(-ENOMEM)}})});
    CHECK(taken.step == DumpStep::failed);
    CHECK(taken.error == pier::Error{Errc::not_enough_memory, ENOMEM});
}

TEST_CASE("netlink: attributes are read up to the first that is broken") {
    CHECK(attributes_of(attribute(1, "abc") + attribute(0x8002, "defg") + attribute(3, "")) == "1=abc 2=defg 3= ");
    CHECK(attributes_of(attribute(1, "abc") + attribute(2, "de", -3) + attribute(3, "f")) == "1=abc ");
    CHECK(attributes_of(attribute(1, "abc") + attribute(2, "de", 100)) == "1=abc ");
    CHECK(attributes_of(attribute(1, "abc") + "xy") == "1=abc ");
    CHECK(attributes_of("") == "");
}
