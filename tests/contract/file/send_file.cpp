// Sending a part of a file by a stream.
#include "bytes.hpp"
#include "files.hpp"
#include "harness.hpp"
#include "pair.hpp"
#include "unix.hpp"

#include <pier/socket/send_file.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace contract;
using pier::File;
using pier::FileRange;
using pier::Stream;
using pier::TaskScope;

namespace {

// More than the two buffers of a connection hold.
constexpr std::size_t too_much = 64 << 20;

// Zeros behind the text.
Task<File> make_large_file(std::string path, std::string_view text) {
    File file = co_await make_file(std::move(path), bytes_of(text));
    auto resized = co_await file.resize(too_much, limit());
    REQUIRE(outcome(resized) == Errc::ok);
    co_return file;
}

// The file has `data`; what arrives is the part of it that the range names.
void transfer(Meeting& meeting, std::span<const std::byte> data, FileRange range) {
    CAPTURE(range.offset);
    CAPTURE(range.size);
    const Folder folder;
    const std::size_t begin = static_cast<std::size_t>(std::min<std::uint64_t>(range.offset, data.size()));
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(range.size, data.size() - begin));
    both(
        [&]() -> Task<void> {
            const Stream stream = co_await meeting.serve();
            const File file = co_await make_file(folder.text("a"), data);
            auto sent = co_await stream.send_file(file, range, limit());
            REQUIRE(outcome(sent) == Errc::ok);
            CHECK(*sent == size);
            auto more = co_await stream.send_all(bytes_of("after it"), limit());
            CHECK(outcome(more) == Errc::ok);
            CHECK(stream.finish());
        },
        [&]() -> Task<void> {
            const Stream stream = co_await meeting.connect();
            Checksum got;
            co_await receive_to_end(stream, got);
            Checksum expected = checksum(data.subspan(begin, size));
            expected.add(bytes_of("after it"));
            CHECK(got == expected);
        });
}

// A sender whose peer doesn't read, so that it ends by what `end` does.
struct Stuck {
    Errc result = Errc::ok;
    std::uint64_t sent = 0;
};

Task<void> send_all_of_it(const Stream& stream, const File& file, Stuck& stuck, pier::Deadline deadline) {
    auto sent = co_await stream.send_file(file, {}, deadline);
    stuck.result = outcome(sent);
    stuck.sent = sent ? *sent : sent.error().sent;
}

Task<void> send_and_finish(const Stream& stream, const File& file, Stuck& stuck) {
    co_await send_all_of_it(stream, file, stuck, limit());
    CHECK(stream.finish());
}

}  // namespace

TEST_CASE("send file: of every size") {
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65'536}, std::size_t{8} << 20}) {
        CAPTURE(size);
        begin_run();
        Meeting meeting;
        transfer(meeting, pattern(size), {});
    }
}

TEST_CASE("send file: a part of it") {
    const auto data = pattern(1'000'003);
    for (FileRange range : {FileRange{.offset = 17, .size = 500'000}, FileRange{.offset = 999'999},
                            FileRange{.offset = 1'000'000, .size = 100}, FileRange{.offset = 2'000'000},
                            FileRange{.offset = FileRange::to_the_end, .size = 5}, FileRange{.size = 0}}) {
        begin_run();
        Meeting meeting;
        transfer(meeting, data, range);
    }
}

TEST_CASE("send file: by a Unix-domain stream") {
    if (without_unix()) return;
    const UnixPlace place;
    Meeting meeting(place.at(), {});
    transfer(meeting, pattern(1'000'003), {.offset = 3});
}

TEST_CASE("send file: of nothing that is open") {
    const Folder folder;
    on_loop([&]() -> Task<void> {
        const File file = co_await make_file(folder.text("a"), bytes_of("hello"));
        Pair pair = co_await connect_pair();
        auto sent = co_await pair.server.send_file(File(), {}, limit());
        CHECK(outcome(sent) == Errc::not_connected);
        pair.server.close();
        sent = co_await pair.server.send_file(file, {}, limit());
        CHECK(outcome(sent) == Errc::not_connected);
        auto writer = co_await open_file(folder.text("a"), {.access = pier::FileAccess::write});
        sent = co_await pair.client.send_file(writer, {}, limit());
        CHECK(outcome(sent) == Errc::permission_denied);
    });
}

TEST_CASE("send file: a deadline in the middle") {
    const Folder folder;
    on_loop([&]() -> Task<void> {
        File file = co_await make_large_file(folder.text("a"), "hello");
        Pair pair = co_await connect_pair();
        Stuck stuck;
        co_await send_all_of_it(pair.server, file, stuck, after(50ms));
        CHECK(stuck.result == Errc::timed_out);
        CHECK(stuck.sent < too_much);
        // The peer can't know what is missing.
        auto more = co_await pair.server.send_all(bytes_of("x"), limit());
        CHECK(outcome(more) == Errc::broken_pipe);
        auto again = co_await pair.server.send_file(file, {}, limit());
        CHECK(outcome(again) == Errc::broken_pipe);
    });
}

TEST_CASE("send file: ended by others") {
    if (one_at_a_time()) return skip("one operation at a time");
    const Folder folder;
    struct Way {
        std::function<void(TaskScope&, Pair&)> end;
        Errc expected;
    };
    const std::vector<Way> ways = {
        {[](TaskScope& scope, Pair&) { scope.cancel(); }, Errc::operation_canceled},
        {[](TaskScope&, Pair& pair) { pair.server.close(); }, Errc::operation_canceled},
        {[](TaskScope&, Pair& pair) { pair.server.abort(); }, Errc::operation_canceled},
        {[](TaskScope&, Pair& pair) { pair.client.abort(); }, Errc::connection_reset},
    };
    on_loop([&]() -> Task<void> {
        File file = co_await make_large_file(folder.text("a"), "hello");
        for (const Way& way : ways) {
            Pair pair = co_await connect_pair();
            Stuck stuck;
            TaskScope scope;
            scope.spawn(send_all_of_it(pair.server, file, stuck, limit()));
            // The peer's buffer has some of it, and the sender waits, or soon does.
            auto first = co_await pair.client.receive(limit());
            REQUIRE(outcome(first) == Errc::ok);
            co_await turns(20);
            way.end(scope, pair);
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            const bool lost = way.expected == Errc::connection_reset && stuck.result == Errc::broken_pipe;
            if (!lost) CHECK(stuck.result == way.expected);
            CHECK(stuck.sent < too_much);
        }
    });
}

TEST_CASE("send file: the file is closed meanwhile, and its number is another one's") {
    if (one_at_a_time()) return skip("one operation at a time");
    const Folder folder;
    on_loop([&]() -> Task<void> {
        File file = co_await make_large_file(folder.text("a"), "hello");
        Pair pair = co_await connect_pair();
        Stuck stuck;
        TaskScope scope;
        scope.spawn(send_all_of_it(pair.server, file, stuck, limit()));
        auto first = co_await pair.client.receive(limit());
        REQUIRE(outcome(first) == Errc::ok);
        file.close();
        std::vector<File> others;
        for (int i = 0; i < 4; ++i) {
            others.push_back(co_await make_large_file(folder.text(std::to_string(i)), "another file"));
            auto written = co_await others.back().write_at(too_much - 4, bytes_of("wrong"), limit());
            REQUIRE(outcome(written) == Errc::ok);
        }
        std::uint64_t received = first->size();
        while (received < too_much) {
            auto some = co_await pair.client.receive(limit());
            REQUIRE(outcome(some) == Errc::ok);
            REQUIRE(!some->empty());
            received += some->size();
            if (received == too_much) CHECK(some->data()[some->size() - 1] == std::byte{0});
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(stuck.result == Errc::ok);
    });
}

TEST_CASE("send file: one send at a time") {
    if (one_at_a_time()) return skip("one operation at a time");
    const Folder folder;
    on_loop([&]() -> Task<void> {
        File file = co_await make_large_file(folder.text("a"), "hello");
        Pair pair = co_await connect_pair();
        Stuck stuck;
        TaskScope scope;
        scope.spawn(send_all_of_it(pair.server, file, stuck, limit()));
        auto first = co_await pair.client.receive(limit());
        REQUIRE(outcome(first) == Errc::ok);
        co_await turns(20);
        // Where it is read first, the answer depends on the moment.
        if (pier::this_loop().traits().sends_files) {
            auto other = co_await pair.server.send_all(bytes_of("x"), limit());
            CHECK(outcome(other) == Errc::already_in_progress);
        }
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(stuck.result == Errc::operation_canceled);
    });
}

TEST_CASE("send file: one that becomes shorter meanwhile") {
    if (one_at_a_time()) return skip("one operation at a time");
    const Folder folder;
    on_loop([&]() -> Task<void> {
        File file = co_await make_large_file(folder.text("a"), "hello");
        Pair pair = co_await connect_pair();
        Stuck stuck;
        TaskScope scope;
        scope.spawn(send_and_finish(pair.server, file, stuck));
        auto first = co_await pair.client.receive(limit());
        REQUIRE(outcome(first) == Errc::ok);
        auto resized = co_await file.resize(100'000, limit());
        if (!resized) {
            CHECK(outcome(resized) == Errc::file_in_use);  // Windows, as long as it sends
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            co_return;
        }
        std::uint64_t received = first->size();
        for (;;) {
            auto some = co_await pair.client.receive(limit());
            REQUIRE(outcome(some) == Errc::ok);
            if (some->empty()) break;
            received += some->size();
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(stuck.result == Errc::ok);
        CHECK(received == stuck.sent);
        CHECK(stuck.sent < too_much);
    });
}
