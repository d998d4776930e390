// Frames of the link layer, over loopback in a network namespace of the test's own: in_namespace.py makes it.
#include "alone.hpp"
#include "bytes.hpp"
#include "harness.hpp"
#include "receive_ends.hpp"

#include <pier/datagram.hpp>
#include <pier/link.hpp>
#include <pier/sleep.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

using namespace contract;
using pier::FilterInstruction;
using pier::Frame;
using pier::LinkLayer;
using pier::LinkOptions;
using pier::LinkTap;
using pier::TaskScope;

namespace {

// IEEE 802, "local experimental Ethertypes".
constexpr unsigned experimental = 0x88b5;
constexpr unsigned other_experimental = 0x88b6;
constexpr std::size_t header_size = 14;

LinkTap open_tap(const LinkOptions& options = {}) {
    auto opened = LinkTap::open(loopback_index(), options);
    REQUIRE(outcome(opened) == Errc::ok);
    REQUIRE(opened->layer() == LinkLayer::ethernet);
    return std::move(*opened);
}

// Between two made-up hosts.
std::vector<std::byte> frame_of(unsigned type, std::string_view text) {
    std::vector<std::byte> bytes(header_size);
    bytes[0] = bytes[6] = std::byte{2};  // locally administered
    bytes[5] = std::byte{1};
    bytes[11] = std::byte{2};
    bytes[12] = static_cast<std::byte>(type >> 8U);
    bytes[13] = static_cast<std::byte>(type & 0xffU);
    const auto data = bytes_of(text);
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
}

// Classic BPF: "ldh [12]; jeq #type; ret #all; ret #0".
std::vector<FilterInstruction> only(unsigned type) {
    return {{0x28, 0, 0, 12}, {0x15, 0, 1, type}, {0x06, 0, 0, 262'144}, {0x06, 0, 0, 0}};
}

Task<void> send(const LinkTap& tap, std::vector<std::byte> frame, Errc expected = Errc::ok) {
    const auto sent = co_await tap.send(frame, limit());
    CHECK(outcome(sent) == expected);
}

Task<std::span<const Frame>> receive(const LinkTap& tap) {
    const auto came = co_await tap.receive(limit());
    REQUIRE(outcome(came) == Errc::ok);
    REQUIRE(!came->empty());
    co_return *came;
}

// The texts of the frames of one's own type, until there are so many.
Task<std::vector<std::string>> receive_texts(const LinkTap& tap, std::size_t count) {
    std::vector<std::string> texts;
    while (texts.size() < count) {
        const std::span<const Frame> frames = co_await receive(tap);
        for (const Frame& frame : frames) {
            REQUIRE(frame.data.size() >= header_size);
            texts.emplace_back(text_of(frame.data.subspan(header_size)));
        }
    }
    co_return texts;
}

}  // namespace

TEST_CASE("link: a datagram over loopback is seen once, in its frame") {
    if (under_wine()) return skip("Wine's server has the sockets, in the namespace that it was started in");
    on_loop([]() -> Task<void> {
        const LinkTap tap = open_tap();
        auto one = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
        REQUIRE(outcome(one) == Errc::ok);
        auto other = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
        REQUIRE(outcome(other) == Errc::ok);
        const auto first = bytes_of("a datagram that is seen");
        const auto last = bytes_of("the last datagram");
        const auto to = other->local();
        REQUIRE(outcome(co_await one->send_to(first, to, limit())) == Errc::ok);
        REQUIRE(outcome(co_await one->send_to(last, to, limit())) == Errc::ok);
        std::vector<std::string> seen;
        while (seen.empty() || !seen.back().ends_with("the last datagram")) {
            const std::span<const Frame> frames = co_await receive(tap);
            for (const Frame& frame : frames) {
                if (frame.data.size() < header_size + 28 || frame.data[header_size] != std::byte{0x45}) continue;
                CHECK(frame.original_size == frame.data.size());
                CHECK(frame.arrived.count() > 0);
                CHECK(frame.data[12] == std::byte{8});
                CHECK(frame.data[13] == std::byte{0});
                seen.emplace_back(text_of(frame.data.subspan(header_size + 28)));
            }
        }
        CHECK(seen == std::vector<std::string>{"a datagram that is seen", "the last datagram"});
    });
}

TEST_CASE("link: a filter lets pass what it says") {
    on_loop([]() -> Task<void> {
        const LinkTap sender = open_tap();
        LinkOptions options;
        const auto filter = only(experimental);
        options.filter = filter;
        const LinkTap tap = open_tap(options);
        co_await send(sender, frame_of(other_experimental, "not this one"));
        co_await send(sender, frame_of(experimental, "this one"));
        co_await send(sender, frame_of(other_experimental, "nor this one"));
        co_await send(sender, frame_of(experimental, "and this one"));
        const auto texts = co_await receive_texts(tap, 2);
        CHECK(texts == std::vector<std::string>{"this one", "and this one"});
    });
}

TEST_CASE("link: no more of a frame is kept than was asked for") {
    on_loop([]() -> Task<void> {
        const LinkTap sender = open_tap();
        LinkOptions options;
        options.snap_length = 20;
        const LinkTap tap = open_tap(options);
        co_await send(sender, frame_of(experimental, "longer than that"));
        const std::span<const Frame> frames = co_await receive(tap);
        CHECK(text_of(frames[0].data.subspan(header_size)) == "longer");
        CHECK(frames[0].original_size == 30);
    });
}

TEST_CASE("link: a VLAN tag is where it was") {
    on_loop([]() -> Task<void> {
        const LinkTap sender = open_tap();
        const LinkTap tap = open_tap();
        auto tagged = frame_of(0x8100, "");
        const auto inner = bytes_of("\x60\x07\x88\xb5 with a tag");
        tagged.insert(tagged.end(), inner.begin(), inner.end());
        co_await send(sender, tagged);
        const std::span<const Frame> frames = co_await receive(tap);
        CHECK(std::ranges::equal(frames[0].data, tagged));
        CHECK(frames[0].original_size == tagged.size());
    });
}

TEST_CASE("link: 2,000 frames come in order, and are counted") {
    on_loop([]() -> Task<void> {
        constexpr std::size_t count = 2'000;
        const LinkTap sender = open_tap();
        LinkOptions options;
        const auto filter = only(experimental);
        options.filter = filter;
        const LinkTap tap = open_tap(options);
        for (std::size_t i = 0; i < count; ++i) co_await send(sender, frame_of(experimental, std::to_string(i)));
        const auto texts = co_await receive_texts(tap, count);
        REQUIRE(texts.size() == count);
        for (std::size_t i = 0; i < count; ++i) CHECK(texts[i] == std::to_string(i));
        const auto counts = tap.counts();
        REQUIRE(outcome(counts) == Errc::ok);
        CHECK(counts->received == count);
        CHECK(counts->dropped == 0);
    });
}

// A ring gives up a block of its memory for what came in `longest_delay`, be it one frame.
TEST_CASE("link: a few frames that come one at a time are kept while nobody receives") {
    on_loop([]() -> Task<void> {
        const LinkTap sender = open_tap();
        LinkOptions options;
        options.buffer_size = 1;  // the smallest is taken
        options.longest_delay = 1ms;
        const auto filter = only(experimental);
        options.filter = filter;
        const LinkTap tap = open_tap(options);
        co_await send(sender, frame_of(experimental, "0"));
        const auto first = co_await receive_texts(tap, 1);  // and holds it
        CHECK(first.front() == "0");
        for (int i = 1; i <= 4; ++i) {
            co_await send(sender, frame_of(experimental, std::to_string(i)));
            const auto slept = co_await pier::sleep(after(10ms));
            CHECK(outcome(slept) == Errc::ok);
        }
        const auto texts = co_await receive_texts(tap, 4);
        for (std::size_t i = 0; i < texts.size(); ++i) CHECK(texts[i] == std::to_string(i + 1));
    });
}

TEST_CASE("link: what nobody receives in time is dropped and counted") {
    on_loop([]() -> Task<void> {
        constexpr std::size_t count = 8'000;
        const LinkTap sender = open_tap();
        LinkOptions options;
        options.buffer_size = 1;  // the smallest is taken
        const auto filter = only(experimental);
        options.filter = filter;
        const LinkTap tap = open_tap(options);
        const std::string text(1'000, 'x');
        for (std::size_t i = 0; i < count; ++i) co_await send(sender, frame_of(experimental, text));
        std::size_t came = 0;
        std::size_t dropped = 0;
        while (came + dropped < count) {
            came += (co_await receive(tap)).size();
            const auto counts = tap.counts();
            REQUIRE(outcome(counts) == Errc::ok);
            dropped = counts->dropped;
        }
        CHECK(dropped > 0);
        if (!under_wine()) {
            CHECK(came + dropped == count);
            const auto counts = tap.counts();
            CHECK(counts->received == count);
        }
        // It goes on. Under Wine the buffer may be full still: libpcap counts each frame twice that loopback drops.
        std::string last;
        for (int tries = 0; tries < 1'000 && last != "later"; ++tries) {
            co_await send(sender, frame_of(experimental, "later"));
            last = (co_await receive_texts(tap, 1)).back();
        }
        CHECK((last == "later"));  // else all of it is printed
    });
}

TEST_CASE("link: a receive ends at its deadline, by a cancel and when the tap is closed") {
    on_loop([]() -> Task<void> {
        LinkOptions options;
        const auto filter = only(experimental);
        options.filter = filter;
        LinkTap tap = open_tap(options);
        if (!one_at_a_time()) {
            TaskScope scope;
            bool ended = false;
            scope.spawn(expect_end(tap, limit(), Errc::operation_canceled, ended));
            co_await turns();
            bool refused = false;
            co_await expect_end(tap, limit(), Errc::already_in_progress, refused);
            CHECK(refused);
            CHECK_FALSE(ended);
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(ended);
        }
        co_await expect_receives_to_end(tap);
        tap.close();
        CHECK_FALSE(tap.valid());
        bool ended = false;
        co_await expect_end(tap, limit(), Errc::not_connected, ended);
        CHECK(ended);
        co_await send(tap, frame_of(experimental, "to nobody"), Errc::not_connected);
        CHECK(outcome(tap.counts()) == Errc::not_connected);
    });
}

TEST_CASE("link: frames that can't be are not sent") {
    on_loop([]() -> Task<void> {
        const LinkTap tap = open_tap();
        const std::vector<std::byte> none(10);
        co_await send(tap, none, Errc::invalid_argument);
        const std::vector<std::byte> long_one(70'000);
        co_await send(tap, long_one, Errc::message_size);
    });
}

TEST_CASE("link: only interfaces that are there, and filters that are some, can be had") {
    on_loop([]() -> Task<void> {
        const std::uint32_t loopback = loopback_index();
        CHECK(outcome(LinkTap::open(0)) == Errc::no_such_interface);
        CHECK(outcome(LinkTap::open(loopback + 4'711)) == Errc::no_such_interface);
        CHECK(outcome(LinkTap::open(0xffff'ffff)) == Errc::no_such_interface);
        LinkOptions options;
        const std::vector<FilterInstruction> endless{{0x28, 0, 0, 12}};
        options.filter = endless;
        CHECK(outcome(LinkTap::open(loopback, options)) == Errc::invalid_argument);
        co_return;
    });
}

TEST_CASE("unprivileged: nobody without the privilege captures frames" * doctest::skip()) {
    on_loop([]() -> Task<void> {
        CHECK(outcome(LinkTap::open(loopback_index())) == Errc::permission_denied);
        co_return;
    });
}
