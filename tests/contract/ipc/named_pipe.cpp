// Pipes that are found by a name.
#include "pipes.hpp"

using namespace contract;
using pier::NamedPipe;
using pier::PipeStream;

namespace {

PipeStream open(const pier::IpcName& name) {
    auto reader = NamedPipe::open_reader(name);
    REQUIRE(outcome(reader) == Errc::ok);
    return std::move(*reader);
}

}  // namespace

TEST_CASE("named pipe: a writer waits for its reader, and 8 MiB go through") {
    const pier::IpcName name = new_name();
    const auto data = pattern(8 << 20);
    Signal asked;
    both(
        [&]() -> Task<void> {
            co_await asked.wait();
            PipeStream reader = open(name);
            const Checksum sum = co_await receive_all(reader);
            CHECK(sum == checksum(data));
        },
        [&]() -> Task<void> {
            auto early = co_await NamedPipe::open_writer(name, after(20ms));
            CHECK(outcome(early) == Errc::timed_out);
            asked.set();
            auto writer = co_await NamedPipe::open_writer(name, limit());
            REQUIRE(outcome(writer) == Errc::ok);
            auto sent = co_await writer->send_all(data, limit());
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(writer->finish()) == Errc::ok);
        });
}

TEST_CASE("named pipe: a receive that waits for the writer meets its deadline, and loses nothing") {
    const pier::IpcName name = new_name();
    on_loop([&]() -> Task<void> {
        PipeStream reader = open(name);
        std::array<std::byte, 8> into{};
        for (int i = 0; i < 2; ++i) {
            auto late = co_await reader.receive(into, after(20ms));
            CHECK(outcome(late) == Errc::timed_out);
        }
        auto writer = co_await NamedPipe::open_writer(name, limit());
        REQUIRE(outcome(writer) == Errc::ok);
        // A writer has come and said nothing: that is not the end.
        auto late = co_await reader.receive(into, after(20ms));
        CHECK(outcome(late) == Errc::timed_out);
        auto sent = co_await writer->send_all(bytes_of("word"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto got = co_await reader.receive(into, limit());
        CHECK(got.value_or(0) == 4);
        writer->close();
        got = co_await reader.receive(into, limit());
        CHECK(got.value_or(1) == 0);
    });
}

TEST_CASE("named pipe: a writer that comes and goes is the end, with what it has written or without") {
    for (std::string_view word : {"", "word"}) {
        const pier::IpcName name = new_name();
        on_loop([&]() -> Task<void> {
            PipeStream reader = open(name);
            {
                auto writer = co_await NamedPipe::open_writer(name, limit());
                REQUIRE(outcome(writer) == Errc::ok);
                auto sent = co_await writer->send_all(bytes_of(word), limit());
                CHECK(outcome(sent) == Errc::ok);
            }
            const Checksum sum = co_await receive_all(reader);
            CHECK(sum.size() == word.size());
        });
    }
}

TEST_CASE("named pipe: a name is one reader's until that closes") {
    const pier::IpcName name = new_name();
    on_loop([&]() -> Task<void> {
        for (int round = 0; round < 3; ++round) {
            PipeStream reader = open(name);
            CHECK(outcome(NamedPipe::open_reader(name)) == Errc::name_taken);
            auto writer = co_await NamedPipe::open_writer(name, limit());
            REQUIRE(outcome(writer) == Errc::ok);
            CHECK(outcome(NamedPipe::open_reader(name)) == Errc::name_taken);
            // And the pipe is one writer's.
            auto second = co_await NamedPipe::open_writer(name, after(20ms));
            CHECK(outcome(second) == Errc::timed_out);
            if (round == 1) writer->close();
        }
        CHECK(outcome(NamedPipe::remove(name)) == Errc::name_not_found);
        auto nobody = co_await NamedPipe::open_writer(name, after(1ms));
        CHECK(outcome(nobody) == Errc::timed_out);
    });
}

TEST_CASE("named pipe: a writer whose reader closes meets connection_reset") {
    const pier::IpcName name = new_name();
    on_loop([&]() -> Task<void> {
        PipeStream reader = open(name);
        auto writer = co_await NamedPipe::open_writer(name, limit());
        REQUIRE(outcome(writer) == Errc::ok);
        auto sent = co_await writer->send_all(bytes_of("word"), limit());
        CHECK(outcome(sent) == Errc::ok);
        std::array<std::byte, 8> into{};
        auto got = co_await reader.receive(into, limit());
        CHECK(got.value_or(0) == 4);
        reader.close();
        sent = co_await writer->send_all(bytes_of("word"), limit());
        CHECK(outcome(sent) == Errc::connection_reset);
    });
}

TEST_CASE("named pipe: what waits for the other side is ended by its scope or by close()") {
    if (one_at_a_time()) return skip("one operation at a time");
    const pier::IpcName name = new_name();
    const pier::IpcName absent = new_name();
    for (bool closes : {false, true}) {
        on_loop([&]() -> Task<void> {
            PipeStream reader = open(name);
            Errc received = Errc::ok;
            Errc opened = Errc::ok;
            std::array<std::byte, 8> into{};
            auto receiving = [&]() -> Task<void> {
                auto got = co_await reader.receive(into);
                received = outcome(got);
            };
            auto opening = [&]() -> Task<void> {
                auto writer = co_await NamedPipe::open_writer(absent);
                opened = outcome(writer);
            };
            pier::TaskScope scope;
            scope.spawn(receiving());
            scope.spawn(opening());
            co_await turns();
            if (closes) reader.close();
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(received == Errc::operation_canceled);
            CHECK(opened == Errc::operation_canceled);
            if (closes) reader = open(name);
            auto writer = co_await NamedPipe::open_writer(name, limit());
            REQUIRE(outcome(writer) == Errc::ok);
            auto sent = co_await writer->send_all(bytes_of("word"), limit());
            CHECK(outcome(sent) == Errc::ok);
            auto got = co_await reader.receive(into, limit());
            CHECK(got.value_or(0) == 4);
        });
    }
}

TEST_CASE("named pipe: without a loop no name is made") {
    const pier::IpcName name = new_name();
    CHECK(outcome(NamedPipe::open_reader(name)) == Errc::operation_canceled);
    CHECK(outcome(NamedPipe::remove(name)) == Errc::name_not_found);
}
