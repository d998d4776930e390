// Segments in every order give what was sent, once.
#include <pier/packet/stream/tcp_stream.hpp>
#include <pier/packet/tcp.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace pier::packet;

namespace {

// What the sink was told, with "[N]" where N bytes are missing.
class Text final : public TcpStreamSink {
public:
    void take(Bytes bytes) override { text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size()); }
    void miss(std::uint64_t count) override { text += "[" + std::to_string(count) + "]"; }
    std::string text;
};

class Fed {
public:
    explicit Fed(std::uint32_t first = 1000) : first_(first) {}

    Fed& segment(std::uint32_t offset, std::string_view payload, std::uint8_t flags = 0, std::size_t length = 0) {
        stream.add({.sequence = first_ + offset,
                    .flags = flags,
                    .payload = std::as_bytes(std::span(payload)),
                    .length = std::max(length, payload.size())},
                   sink);
        return *this;
    }
    Fed& acknowledge(std::uint32_t offset) {
        stream.acknowledge(first_ + offset, sink);
        return *this;
    }
    std::string finished() {
        stream.finish(sink);
        return sink.text;
    }

    TcpStream stream;
    Text sink;

private:
    std::uint32_t first_;
};

}  // namespace

TEST_CASE("tcp stream: in order") { CHECK(Fed().segment(0, "ab").segment(2, "cd").sink.text == "abcd"); }

TEST_CASE("tcp stream: the SYN has a number of its own, and so has the FIN") {
    Fed fed;
    fed.segment(0, "", tcp_flag::syn).segment(1, "ab").segment(3, "cd", tcp_flag::fin);
    CHECK(fed.stream.has_ended());
    fed.acknowledge(6);
    CHECK(fed.finished() == "abcd");
}

TEST_CASE("tcp stream: what was sent twice is taken once, also in part") {
    CHECK(Fed().segment(0, "abcd").segment(0, "abcd").segment(2, "XYef").segment(1, "bc").sink.text == "abcdef");
}

TEST_CASE("tcp stream: what comes early waits") {
    Fed fed;
    fed.segment(0, "a").segment(3, "de").segment(5, "f");
    CHECK(fed.sink.text == "a");
    CHECK(fed.stream.waiting() > 0);
    fed.segment(1, "bc");
    CHECK(fed.sink.text == "abcdef");
    CHECK(fed.stream.waiting() == 0);
}

TEST_CASE("tcp stream: what was acknowledged and not seen is missing") {
    Fed fed;
    fed.segment(0, "ab").segment(6, "gh").acknowledge(8);
    CHECK(fed.sink.text == "ab[4]gh");
    fed.segment(2, "cdef");
    CHECK(fed.finished() == "ab[4]gh");
}

TEST_CASE("tcp stream: an acknowledgment of what waits in part gives up what is before it alone") {
    Fed fed;
    fed.segment(0, "a").segment(2, "c").segment(4, "e").acknowledge(3);
    CHECK(fed.sink.text == "a[1]c");
    fed.segment(3, "d");
    CHECK(fed.sink.text == "a[1]cde");
}

TEST_CASE("tcp stream: a gap is given up when somebody wants it, and at the end") {
    Fed fed;
    fed.segment(0, "a").segment(2, "c").segment(4, "e");
    fed.stream.skip_gap(fed.sink);
    CHECK(fed.sink.text == "a[1]c");
    CHECK(fed.finished() == "a[1]c[1]e");
    CHECK(fed.stream.waiting() == 0);
}

TEST_CASE("tcp stream: a FIN that was seen tells of bytes that were not") {
    CHECK(Fed().segment(0, "a").segment(4, "", tcp_flag::fin).finished() == "a[3]");
}

TEST_CASE("tcp stream: a segment that was captured in part ends with missing bytes") {
    Fed fed;
    fed.segment(0, "ab", 0, 10).segment(10, "kl");
    CHECK(fed.sink.text == "ab[8]kl");
    Fed late;
    late.segment(0, "a").segment(3, "d", 0, 4).segment(1, "bc");
    CHECK(late.sink.text == "abcd[3]");
}

TEST_CASE("tcp stream: a reset ends it, without its bytes") {
    Fed fed;
    fed.segment(0, "ab").segment(2, "no such file", tcp_flag::rst);
    CHECK(fed.stream.has_ended());
    CHECK(fed.finished() == "ab");
}

TEST_CASE("tcp stream: numbers begin again after 4 GiB") {
    Fed fed(0xffff'fffe);
    fed.segment(0, "a").segment(5, "f").segment(1, "bcde");
    CHECK(fed.sink.text == "abcdef");
}

TEST_CASE("tcp stream: many short segments that wait are counted for what they take, and come out at once") {
    constexpr std::uint32_t count = 100'000;
    Fed fed;
    fed.segment(0, "a");
    for (std::uint32_t i = count; i > 1; --i) fed.segment(i, "b");
    CHECK(fed.stream.waiting() >= std::size_t{count - 1} * 64);
    fed.segment(1, "b");
    CHECK(fed.sink.text == "a" + std::string(count, 'b'));
    CHECK(fed.stream.waiting() == 0);
}

TEST_CASE("tcp stream: any order, with repetitions and other divisions, gives what was sent") {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        std::string sent(1 + random() % 400, ' ');
        for (char& c : sent) c = static_cast<char>('a' + random() % 26);
        std::vector<std::pair<std::uint32_t, std::string_view>> segments;
        for (int copy = 0; copy < 3; ++copy) {
            for (std::size_t at = 0; at < sent.size();) {
                const std::size_t size = std::min<std::size_t>(1 + random() % 60, sent.size() - at);
                segments.emplace_back(static_cast<std::uint32_t>(at), std::string_view(sent).substr(at, size));
                at += size;
            }
        }
        std::ranges::shuffle(segments, random);
        Fed fed(static_cast<std::uint32_t>(random()));
        fed.segment(static_cast<std::uint32_t>(-1), "", tcp_flag::syn);
        for (const auto& [offset, bytes] : segments) fed.segment(offset, bytes);
        REQUIRE(fed.sink.text == sent);
        REQUIRE(fed.stream.waiting() == 0);
    }
}
