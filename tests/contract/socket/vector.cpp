// Gathered sends and scattered receives: pieces of every size, none among them, and more than a system takes at once.
#include "bytes.hpp"
#include "harness.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

using namespace contract;
using pier::Buffer;
using pier::ConstBuffer;
using pier::Stream;

namespace {

// Pieces in one piece of memory, with gaps between them that nothing may be written to.
class Arena {
public:
    Arena(std::size_t count, std::size_t total) {
        // Uneven shares; every third piece is empty, and so is the first where there are enough.
        std::vector<std::size_t> sizes(count);
        std::size_t shares = 0;
        for (std::size_t i = 0; i < count; ++i) {
            sizes[i] = count > 2 && i % 3 == 0 ? 0 : 1 + (i * 7) % 5;
            shares += sizes[i];
        }
        std::size_t left = total;
        for (std::size_t i = 0; i < count; ++i) {
            bool last = i + 1 == count;
            std::size_t size = last ? left : total * sizes[i] / shares;
            sizes[i] = size;
            left -= size;
        }
        memory_.assign(total + gap * (count + 1), mark);
        std::size_t at = gap;
        for (std::size_t size : sizes) {
            pieces_.push_back({memory_.data() + at, size});
            at += size + gap;
        }
    }

    [[nodiscard]] std::span<const Buffer> pieces() const { return pieces_; }
    // All pieces one after the other.
    void fill(std::span<const std::byte> bytes) {
        for (const Buffer& piece : pieces_) {
            std::ranges::copy(bytes.first(piece.size), piece.data);
            bytes = bytes.subspan(piece.size);
        }
    }
    [[nodiscard]] std::vector<std::byte> contents() const {
        std::vector<std::byte> all;
        for (const Buffer& piece : pieces_) all.insert(all.end(), piece.data, piece.data + piece.size);
        return all;
    }
    [[nodiscard]] bool gaps_untouched() const {
        const std::byte* at = memory_.data();
        for (const Buffer& piece : pieces_) {
            if (!std::all_of(at, static_cast<const std::byte*>(piece.data), is_mark)) return false;
            at = piece.data + piece.size;
        }
        return std::all_of(at, memory_.data() + memory_.size(), is_mark);
    }

private:
    static constexpr std::byte mark{0xE5};
    static constexpr std::size_t gap = 16;
    static bool is_mark(std::byte byte) { return byte == mark; }

    std::vector<std::byte> memory_;
    std::vector<Buffer> pieces_;
};

// Transfers of pieces may be short: goes on behind what was moved. The first piece is never an empty one.
class Rest {
public:
    explicit Rest(std::span<const Buffer> pieces) : pieces_(pieces.begin(), pieces.end()) { skip(0); }
    [[nodiscard]] bool empty() const { return at_ == pieces_.size(); }
    [[nodiscard]] std::span<const Buffer> pieces() const { return std::span(pieces_).subspan(at_); }
    [[nodiscard]] std::size_t size() const {
        std::size_t sum = 0;
        for (const Buffer& piece : pieces()) sum += piece.size;
        return sum;
    }
    void skip(std::size_t moved) {
        while (at_ < pieces_.size() && moved >= pieces_[at_].size) moved -= pieces_[at_++].size;
        if (at_ == pieces_.size()) {
            REQUIRE(moved == 0);
            return;
        }
        pieces_[at_].data += moved;
        pieces_[at_].size -= moved;
    }

private:
    std::vector<Buffer> pieces_;
    std::size_t at_ = 0;
};

Task<void> send_pieces(const Stream& stream, std::span<const Buffer> pieces) {
    Rest rest(pieces);
    while (!rest.empty()) {
        const std::vector<ConstBuffer> list(rest.pieces().begin(), rest.pieces().end());
        auto sent = co_await stream.send(list, limit());
        REQUIRE(outcome(sent) == Errc::ok);
        REQUIRE(*sent > 0);
        REQUIRE(*sent <= std::min<std::size_t>(rest.size(), pier::spi::largest_submission));
        rest.skip(*sent);
    }
}

Task<void> receive_pieces(const Stream& stream, std::span<const Buffer> pieces) {
    Rest rest(pieces);
    while (!rest.empty()) {
        auto got = co_await stream.receive(rest.pieces(), limit());
        REQUIRE(outcome(got) == Errc::ok);
        REQUIRE(*got > 0);
        REQUIRE(*got <= rest.size());
        rest.skip(*got);
    }
}

// From so many pieces into so many others.
void transfer(std::size_t from, std::size_t into, std::size_t size) {
    CAPTURE(from);
    CAPTURE(into);
    CAPTURE(size);
    auto data = pattern(size, static_cast<std::uint32_t>(from * 100 + into));
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Arena arena(into, size);
            co_await receive_pieces(stream, arena.pieces());
            CHECK(arena.contents() == data);
            CHECK(arena.gaps_untouched());
            auto end = co_await stream.receive(limit());
            REQUIRE(outcome(end) == Errc::ok);
            CHECK(end->empty());
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            Arena arena(from, size);
            arena.fill(data);
            co_await send_pieces(stream, arena.pieces());
            CHECK(arena.contents() == data);
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}

}  // namespace

TEST_CASE("vector: two, sixteen and forty pieces, with empty ones in between") {
    for (std::size_t from : {1U, 2U, 16U, 40U}) {
        for (std::size_t into : {1U, 2U, 16U, 40U}) {
            for (std::size_t size : {1'000U, 150'000U}) transfer(from, into, size);
        }
    }
}

TEST_CASE("vector: more than is submitted at once") { transfer(40, 40, 5 << 20); }

TEST_CASE("vector: a scattered receive that waits is filled in order") {
    Meeting meeting;
    Signal waiting;
    auto data = pattern(10'000);
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Arena arena(16, data.size());
            pier::TaskScope scope;
            scope.spawn(receive_pieces(stream, arena.pieces()));
            co_await turns();
            waiting.set();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(arena.contents() == data);
            CHECK(arena.gaps_untouched());
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await waiting.wait();
            // In two parts, so that the first ends within a piece.
            auto sent = co_await stream.send_all(std::span(data).first(3'333), limit());
            CHECK(outcome(sent) == Errc::ok);
            co_await turns();
            sent = co_await stream.send_all(std::span(data).subspan(3'333), limit());
            CHECK(outcome(sent) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}

TEST_CASE("vector: a gathered send that waits for room goes on in order") {
    constexpr std::size_t size = 12 << 20;
    auto data = pattern(size);
    Meeting meeting;
    Signal stalled;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Arena arena(16, size);
            arena.fill(data);
            pier::TaskScope scope;
            scope.spawn(send_pieces(stream, arena.pieces()));
            co_await turns(50);
            stalled.set();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await stalled.wait();
            Checksum sum;
            co_await receive_to_end(stream, sum);
            CHECK(sum == checksum(data));
        });
}

TEST_CASE("vector: pieces that are all empty move nothing, at once") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::vector<Buffer> none(16);
            for (std::size_t count : {0U, 1U, 16U}) {
                auto pieces = std::span<const Buffer>(none).first(count);
                const std::vector<ConstBuffer> list(pieces.begin(), pieces.end());
                auto sent = co_await stream.send(list, limit());
                REQUIRE(outcome(sent) == Errc::ok);
                CHECK(*sent == 0);
                auto got = co_await stream.receive(pieces, limit());
                REQUIRE(outcome(got) == Errc::ok);
                CHECK(*got == 0);
            }
            auto sent = co_await stream.send_all(bytes_of("something"), limit());
            CHECK(outcome(sent) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            std::vector<std::byte> into(9);
            auto got = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
            CHECK(text_of(into) == "something");
        });
}

TEST_CASE("vector: the end of the stream comes to a scattered receive as well") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Arena arena(16, 1'000);
            auto got = co_await stream.receive(arena.pieces(), limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(*got == 3);
            std::vector<std::byte> contents = arena.contents();
            CHECK(text_of(std::span(contents).first(3)) == "end");
            for (int i = 0; i < 2; ++i) {
                got = co_await stream.receive(arena.pieces(), limit());
                REQUIRE(outcome(got) == Errc::ok);
                CHECK(*got == 0);
            }
            CHECK(arena.gaps_untouched());
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto sent = co_await stream.send_all(bytes_of("end"), limit());
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}

TEST_CASE("vector: more empty pieces than a system takes at once stand in front, and are passed over") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::array<std::byte, 5> into{};
            std::vector<Buffer> pieces(40, Buffer{into.data(), 0});
            pieces.push_back({into.data(), into.size()});
            auto got = co_await stream.receive(std::span<const Buffer>(pieces), limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(*got > 0);
            CHECK(text_of(into).substr(0, *got) == std::string_view("hello").substr(0, *got));
            const std::vector<ConstBuffer> list(pieces.begin(), pieces.end());
            auto sent = co_await stream.send(list, limit());
            REQUIRE(outcome(sent) == Errc::ok);
            CHECK(*sent == 5);
            auto nothing = co_await stream.receive(std::span<const Buffer>(pieces).first(40), limit());
            CHECK(outcome(nothing) == Errc::ok);
            CHECK(nothing.value_or(1) == 0);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto sent = co_await stream.send_all(bytes_of("hello"), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            std::array<std::byte, 5> into{};
            auto got = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
        });
}

TEST_CASE("vector: whole lists arrive whole, of any number of pieces, empty ones among them") {
    for (std::size_t from : {1U, 3U, 40U}) {
        for (std::size_t into : {1U, 17U, 40U}) {
            for (std::size_t size : {1'000U, 3'000'000U}) {
                CAPTURE(from);
                CAPTURE(into);
                CAPTURE(size);
                auto data = pattern(size, static_cast<std::uint32_t>(from * 100 + into));
                Meeting meeting;
                both(
                    [&]() -> Task<void> {
                        Stream stream = co_await meeting.serve();
                        Arena arena(into, size);
                        auto got = co_await stream.receive_exactly(arena.pieces(), limit());
                        CHECK(got.has_value());
                        CHECK(arena.contents() == data);
                        CHECK(arena.gaps_untouched());
                    },
                    [&]() -> Task<void> {
                        Stream stream = co_await meeting.connect();
                        Arena arena(from, size);
                        arena.fill(data);
                        const std::vector<ConstBuffer> list(arena.pieces().begin(), arena.pieces().end());
                        auto sent = co_await stream.send_all(list, limit());
                        CHECK(outcome(sent) == Errc::ok);
                        CHECK(arena.contents() == data);
                        auto end = co_await stream.receive(limit());
                        CHECK(outcome(end) == Errc::ok);
                    });
            }
        }
    }
}

TEST_CASE("vector: a whole list that ends early tells how much has come") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Arena arena(40, 1'000);
            auto got = co_await stream.receive_exactly(arena.pieces(), limit());
            REQUIRE_FALSE(got.has_value());
            CHECK(got.error() == Errc::end_of_stream);
            CHECK(got.error().received == 700);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto sent = co_await stream.send_all(pattern(700), limit());
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}

TEST_CASE("vector: a whole list that is given up half-way leaves its direction out of step, and only that") {
    Meeting meeting;
    Signal cut;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            // Two pieces go at once, and the deadline comes for the third.
            Arena arena(17, 17'000);
            auto got = co_await stream.receive_exactly(arena.pieces(), after(50ms));
            REQUIRE_FALSE(got.has_value());
            CHECK(got.error() == Errc::timed_out);
            if (got.error().received > 0) {
                auto later = co_await stream.receive(limit());
                CHECK(outcome(later) == Errc::receive_cut_short);
            }
            cut.set();
            auto sent = co_await stream.send_all(bytes_of("on"), limit());
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(stream.finish()) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto sent = co_await stream.send_all(pattern(16'500), limit());
            CHECK(outcome(sent) == Errc::ok);
            co_await cut.wait();
            std::vector<std::byte> into(2);
            auto got = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
            CHECK(text_of(into) == "on");
        });
}

TEST_CASE("vector: a whole send that is cancelled when some of it has gone is the last one") {
    constexpr std::size_t size = 40 << 20;  // more than any system takes for a peer that doesn't read
    Meeting meeting;
    Signal cancelled;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::vector<std::byte> memory(size);
            std::vector<ConstBuffer> list;
            for (std::size_t i = 0; i < 40; ++i) list.emplace_back(memory.data() + (i << 20), std::size_t{1} << 20);
            Errc result = Errc::unexpected;
            auto send = [&]() -> Task<void> {
                auto sent = co_await stream.send_all(list, limit());
                result = outcome(sent);
            };
            pier::TaskScope scope;
            scope.spawn(send());
            co_await turns(50);
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(result == Errc::operation_canceled);
            auto sent = co_await stream.send_all(bytes_of("x"), limit());
            CHECK(outcome(sent) == Errc::broken_pipe);
            cancelled.set();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await cancelled.wait();
        });
}

TEST_CASE("vector: a whole list of nothing is sent and received at once") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            const std::vector<ConstBuffer> nothing(3);
            const std::vector<Buffer> into(40);
            for (std::size_t count : {0U, 1U, 3U}) {
                auto sent = co_await stream.send_all(std::span(nothing).first(count), limit());
                CHECK(outcome(sent) == Errc::ok);
                auto got = co_await stream.receive_exactly(std::span(into).first(count), limit());
                CHECK(got.has_value());
            }
            stream.close();
            auto sent = co_await stream.send_all(nothing, limit());
            CHECK(outcome(sent) == Errc::not_connected);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}

TEST_CASE("vector: a stream that is destroyed, or becomes another, ends a list half-way, and the other is as it was") {
    if (one_at_a_time()) return skip("one operation at a time");
    enum class End : std::uint8_t { destroyed, assigned, closed };
    for (End end : {End::destroyed, End::assigned, End::closed}) {
        CAPTURE(static_cast<int>(end));
        Meeting meeting;
        Meeting other;
        both(
            [&]() -> Task<void> {
                auto stream = std::make_unique<Stream>(co_await meeting.serve());
                Stream second = co_await other.serve();
                Arena arena(20, 4'000);
                Errc received = Errc::unexpected;
                std::size_t count = 0;
                auto receive = [&]() -> Task<void> {
                    auto got = co_await stream->receive_exactly(arena.pieces(), limit());
                    received = got ? Errc::ok : got.error().condition;
                    count = got ? 4'000 : got.error().received;
                };
                pier::TaskScope scope;
                scope.spawn(receive());
                co_await turns();
                auto got = co_await second.receive(limit());  // says that the first half has been sent
                REQUIRE(outcome(got) == Errc::ok);
                co_await turns(5);
                if (end == End::destroyed) stream.reset();
                if (end == End::assigned) *stream = std::move(second);
                if (end == End::closed) stream->close();
                auto joined = co_await scope.join(limit());
                CHECK(outcome(joined) == Errc::ok);
                CHECK(received == Errc::operation_canceled);
                CHECK(count <= 2'000);
                const Stream& left = end == End::assigned ? *stream : second;
                auto sent = co_await left.send_all(bytes_of("fine"), limit());
                CHECK(outcome(sent) == Errc::ok);
                auto heard = co_await left.receive(limit());
                CHECK(outcome(heard) == Errc::ok);
            },
            [&]() -> Task<void> {
                Stream first = co_await meeting.connect();
                Stream second = co_await other.connect();
                auto sent = co_await first.send_all(pattern(2'000), limit());
                CHECK(outcome(sent) == Errc::ok);
                sent = co_await second.send_all(bytes_of("sent"), limit());
                CHECK(outcome(sent) == Errc::ok);
                std::vector<std::byte> into(4);
                auto got = co_await second.receive_exactly(into, limit());
                CHECK(outcome(got) == Errc::ok);
                CHECK(text_of(into) == "fine");
                sent = co_await second.send_all(bytes_of("heard"), limit());
                CHECK(outcome(sent) == Errc::ok);
            });
    }
}
