// What other programs may send over a Unix-domain stream: messages with descriptors of any kind and number.
#include "unix.hpp"

#include "pair.hpp"

#include <pier/ipc/socket_passing.hpp>
#include <pier/sys/socket_passing.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <vector>

using namespace contract;
using pier::Listener;
using pier::Stream;

namespace {

int number_of(const Stream& stream) { return static_cast<int>(stream.native_handle()); }

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
    return count;
}

// Bytes, and these descriptors with them.
void send_descriptors(const Stream& to, std::string_view bytes, const std::vector<int>& descriptors) {
    std::vector<char> control(CMSG_SPACE(descriptors.size() * sizeof(int)));
    iovec piece{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size() * sizeof(int));
    REQUIRE(sendmsg(number_of(to), &message, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

constexpr std::string_view beginning = "Pie\1";

Task<Pair> connect_unix(const UnixPlace& place) {
    auto listener = Listener::open(place.at());
    REQUIRE(outcome(listener) == Errc::ok);
    co_return co_await connect_pair(*listener);
}

}  // namespace

TEST_CASE("messages: what is no connection is closed, and its sender told") {
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Pair pair = co_await connect_unix(place);
        const std::size_t before = open_descriptors();
        std::array<int, 2> pipe_ends{};
        REQUIRE(pipe2(pipe_ends.data(), O_CLOEXEC) == 0);
        const int unconnected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        send_descriptors(pair.client, beginning, {pipe_ends[0]});
        send_descriptors(pair.client, beginning, {unconnected});
        for (int descriptor : {pipe_ends[0], pipe_ends[1], unconnected}) close(descriptor);
        auto of_a_pipe = co_await pier::receive_connection(pair.server, limit());
        CHECK(outcome(of_a_pipe) == Errc::not_a_socket);
        auto of_nobody = co_await pier::receive_connection(pair.server, limit());
        CHECK(outcome(of_nobody) == Errc::not_connected);
        std::array<std::byte, 2> answers{};
        auto told = co_await pair.client.receive_exactly(answers, limit());
        CHECK(outcome(told) == Errc::ok);
        CHECK(answers == std::array{std::byte{2}, std::byte{2}});
        CHECK(open_descriptors() == before);
    });
}

TEST_CASE("messages: more descriptors than one, and other bytes, are closed") {
    for (const std::size_t count : {2UL, 3UL, 10UL, 253UL}) {
        CAPTURE(count);
        on_loop([count]() -> Task<void> {
            const UnixPlace place;
            Pair pair = co_await connect_unix(place);
            const std::size_t before = open_descriptors();
            send_descriptors(pair.client, beginning, std::vector<int>(count, number_of(pair.client)));
            auto got = co_await pier::receive_connection(pair.server, limit());
            CHECK(outcome(got) == Errc::protocol_error);
            CHECK(open_descriptors() == before);
        });
    }
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Pair pair = co_await connect_unix(place);
        const std::size_t before = open_descriptors();
        send_descriptors(pair.client, "what", {number_of(pair.client)});
        auto got = co_await pier::receive_connection(pair.server, limit());
        CHECK(outcome(got) == Errc::protocol_error);
        CHECK(open_descriptors() == before);
    });
}

TEST_CASE("messages: what is received is ours: non-blocking, and not inherited") {
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Pair pair = co_await connect_unix(place);
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        send_descriptors(pair.client, beginning, {ends[0]});
        close(ends[0]);
        auto got = co_await pier::receive_connection(pair.server, limit());
        REQUIRE(outcome(got) == Errc::ok);
        const int descriptor = static_cast<int>(got->socket());
        CHECK((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
        CHECK((fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0);
        auto stream = Stream::adopt(std::move(*got));
        REQUIRE(outcome(stream) == Errc::ok);
        REQUIRE(write(ends[1], "hello", 5) == 5);
        auto data = co_await stream->receive(limit());
        REQUIRE(outcome(data) == Errc::ok);
        CHECK(text_of(*data) == "hello");
        close(ends[1]);
    });
}

TEST_CASE("messages: without a free descriptor the receiver says so, and the next one may be taken") {
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Pair pair = co_await connect_unix(place);
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        send_descriptors(pair.client, beginning, {ends[0]});
        rlimit before{};
        REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
        rlimit none = before;
        none.rlim_cur = 3;
        REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
        std::array<std::byte, 4> bytes{};
        auto got = pier::sys::receive_socket(pair.server.native_handle(), bytes);
        REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
        CHECK(outcome(got) == Errc::too_many_files_open);
        send_descriptors(pair.client, beginning, {ends[0]});
        auto next = co_await pier::receive_connection(pair.server, limit());
        CHECK(outcome(next) == Errc::ok);
        close(ends[0]);
        close(ends[1]);
    });
}

TEST_CASE("messages: a stream that is sent descriptors loses none of its bytes, and keeps none of them") {
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Pair pair = co_await connect_unix(place);
        const std::size_t before = open_descriptors();
        // A receive stops behind each message with descriptors, although there is more.
        std::string expected;
        for (int i = 0; i < 5; ++i) {
            send_descriptors(pair.client, "with", {number_of(pair.client)});
            REQUIRE(write(number_of(pair.client), "without", 7) == 7);
            expected += "withwithout";
        }
        std::string received;
        while (received.size() < expected.size()) {
            auto got = co_await pair.server.receive(limit());
            REQUIRE(outcome(got) == Errc::ok);
            REQUIRE(got->size() > 0);
            received += text_of(*got);
        }
        CHECK(received == expected);
        CHECK(open_descriptors() == before);
    });
}

TEST_CASE("messages: a child of a fork removes no file of its parent's") {
    const UnixPlace place;
    auto opened = Listener::open_unattached(place.at());
    REQUIRE(outcome(opened) == Errc::ok);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        { const pier::Accepted copy(std::move(*opened)); }
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(std::filesystem::exists(place.path()));
    opened = pier::fail(Errc::not_connected);
    CHECK(place.is_empty());
}
