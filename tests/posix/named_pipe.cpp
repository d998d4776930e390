// What stays of a named pipe when its processes are killed, and what else may have its name.
#include "child.hpp"
#include "engine.hpp"

#include <pier/ipc/named_pipe.hpp>
#include <pier/ipc/remains.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/ipc/name.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <csignal>
#include <string>

using namespace std::chrono_literals;
using contract::outcome;
using pier::after;
using pier::Errc;
using pier::NamedPipe;
using pier::Task;

namespace {

constexpr pier::Duration limit = 10s;

pier::IpcName new_name() {
    auto name = pier::IpcName::parse("posix." + std::to_string(pier::sys::now().time_since_epoch().count()));
    REQUIRE(outcome(name) == Errc::ok);
    return *name;
}

std::string path_of(const pier::IpcName& name) {
    auto path = pier::sys::system_name(pier::IpcKind::pipe, name);
    REQUIRE(outcome(path) == Errc::ok);
    return *path;
}

template <class Body>
void on_loop(Body body) {
    auto loop = pier::Loop::create(posix::engine());
    REQUIRE(loop.has_value());
    (*loop)->run(body());
}

// A process that does so on a loop, and then waits to be killed. Made while no loop runs here.
class Victim {
public:
    template <class Deed>
    explicit Victim(Deed deed)
        : child_([this, deed] {
              auto loop = pier::Loop::create("poll");
              if (!loop) return 1;
              auto body = [this, deed]() -> Task<void> {
                  auto stream = co_await deed();
                  const ssize_t said = stream ? write(told_.writer(), "ready\n", 6) : 0;
                  while (said == 6) pause();
              };
              (*loop)->run(body());
              return 1;
          }) {
        told_.close_writer();
    }

    // When it has done so.
    void kill_it() {
        REQUIRE(told_.line() == "ready");
        REQUIRE(kill(child_.id(), SIGKILL) == 0);
        CHECK(child_.status() == 128 + SIGKILL);
    }

private:
    posix::Pipe told_;
    posix::Child child_;
};

Task<pier::Result<pier::PipeStream>> open_reader(pier::IpcName name) { co_return NamedPipe::open_reader(name); }

Task<pier::Result<pier::PipeStream>> write_half(pier::IpcName name) {
    auto writer = co_await NamedPipe::open_writer(name, after(limit));
    if (!writer) co_return pier::fail(writer.error());
    const std::array<std::byte, 100> half{};
    auto sent = co_await writer->send_all(half, after(limit));
    if (!sent) co_return pier::fail(sent.error());
    co_return writer;
}

}  // namespace

TEST_CASE("named pipe: what a killed reader leaves can be removed, or is the next reader's") {
    const pier::IpcName name = new_name();
    for (bool removes : {true, false}) {
        Victim reading([&] { return open_reader(name); });
        reading.kill_it();
        struct stat left {};
        REQUIRE(lstat(path_of(name).c_str(), &left) == 0);
        CHECK(S_ISFIFO(left.st_mode));
        CHECK((left.st_mode & 07777) == 0600);
        on_loop([&]() -> Task<void> {
            auto nobody = co_await NamedPipe::open_writer(name, after(1ms));
            CHECK(outcome(nobody) == Errc::timed_out);
            if (removes) {
                CHECK(outcome(NamedPipe::remove(name)) == Errc::ok);
                CHECK(outcome(NamedPipe::remove(name)) == Errc::name_not_found);
            } else {
                auto reader = NamedPipe::open_reader(name);
                REQUIRE(outcome(reader) == Errc::ok);
                CHECK(outcome(NamedPipe::remove(name)) == Errc::name_taken);
                auto writer = co_await NamedPipe::open_writer(name, after(limit));
                CHECK(outcome(writer) == Errc::ok);
            }
        });
        CHECK(lstat(path_of(name).c_str(), &left) != 0);
    }
}

TEST_CASE("named pipe: who has it open to read, and is not its reader, is no reader to a writer") {
    const pier::IpcName name = new_name();
    const std::string path = path_of(name);
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    const int looker = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(looker >= 0);
    on_loop([&]() -> Task<void> {
        for (bool locked : {false, true}) {
            if (locked) REQUIRE(flock(looker, LOCK_SH | LOCK_NB) == 0);
            auto nobody = co_await NamedPipe::open_writer(name, after(5ms));
            CHECK(outcome(nobody) == Errc::timed_out);
        }
        flock(looker, LOCK_UN);
        auto reader = NamedPipe::open_reader(name);
        CHECK(outcome(reader) == Errc::ok);
        auto writer = co_await NamedPipe::open_writer(name, after(limit));
        CHECK(outcome(writer) == Errc::ok);
    });
    close(looker);
}

TEST_CASE("named pipe: who lists or removes what is left behind is in no reader's way") {
    const pier::IpcName name = new_name();
    bool removes = false;
    SUBCASE("lists") {}
    SUBCASE("removes") { removes = true; }
    posix::Child other([&] {
        for (;;) {
            if (removes) (void)pier::remove_remain(pier::IpcKind::pipe, name);
            if (!removes) (void)pier::ipc_remains();
        }
        return 0;
    });
    on_loop([&]() -> Task<void> {
        const pier::Time end = pier::sys::now() + 300ms;
        for (int round = 0; round < 3000 && pier::sys::now() < end; ++round) {
            auto reader = NamedPipe::open_reader(name);
            REQUIRE(outcome(reader) == Errc::ok);
            struct stat found {};
            REQUIRE(lstat(path_of(name).c_str(), &found) == 0);
        }
        co_return;
    });
}

TEST_CASE("named pipe: a writer that is killed in the middle of a message is the end behind what it wrote") {
    const pier::IpcName name = new_name();
    Victim writing([&] { return write_half(name); });
    on_loop([&]() -> Task<void> {
        auto reader = NamedPipe::open_reader(name);
        REQUIRE(outcome(reader) == Errc::ok);
        writing.kill_it();
        std::array<std::byte, 200> message{};
        auto got = co_await reader->receive_exactly(message, after(limit));
        REQUIRE(outcome(got) == Errc::end_of_stream);
        CHECK(got.error().received == 100);
    });
}

TEST_CASE("named pipe: what is no FIFO has the name, and is left alone") {
    const pier::IpcName name = new_name();
    const std::string path = path_of(name);
    for (bool link : {false, true}) {
        if (link) {
            REQUIRE(symlink("/dev/null", path.c_str()) == 0);
        } else {
            const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
            REQUIRE(file >= 0);
            close(file);
        }
        on_loop([&]() -> Task<void> {
            CHECK(outcome(NamedPipe::open_reader(name)) == Errc::name_taken);
            CHECK(outcome(NamedPipe::remove(name)) == Errc::name_taken);
            auto writer = co_await NamedPipe::open_writer(name, after(1ms));
            CHECK(outcome(writer) == Errc::name_taken);
        });
        CHECK(unlink(path.c_str()) == 0);
    }
}
