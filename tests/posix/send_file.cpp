// Sending a file to who has gone: an error, never a signal, whatever the program does with signals.
#include "child.hpp"
#include "engine.hpp"
#include "files.hpp"
#include "harness.hpp"
#include "pair.hpp"

#include <pier/socket/send_file.hpp>

#include <sys/socket.h>
#include <csignal>
#include <fstream>

#include "../unit/sanitizer.hpp"

using namespace contract;
using pier::File;

// In a child, because this process must not have worker threads: those that others fork would miss them.
#if !PIER_TEST_THREAD_SANITIZER

namespace {

// 0, or which step went wrong: of a child that has made no provision against SIGPIPE.
template <class Body>
int status_of(Body body) {
    posix::Child child([=] {
        (void)std::signal(SIGPIPE, SIG_DFL);
        auto loop = pier::Loop::create(posix::engine());
        if (!loop) return 101;
        return (*loop)->run(body());
    });
    return child.status();
}

struct Content {
    Folder folder;
    std::string path = folder.text("a");

    Content() { std::ofstream(path) << std::string(100'000, 'a'); }
};

}  // namespace

TEST_CASE("send file: to a peer that has gone it is an error, and no signal") {
    if (settings().engine == "uv") return;  // libuv writes without MSG_NOSIGNAL: that engine ignores the signal
    const Content content;
    CHECK(status_of([&content]() -> Task<int> {
              auto file = co_await File::open(content.path, {}, limit());
              if (!file) co_return 1;
              Pair pair = co_await connect_pair();
              pair.client.abort();
              Errc last = Errc::ok;
              for (int i = 0; i < 1000 && last == Errc::ok; ++i) {
                  auto sent = co_await pair.server.send_file(*file, {}, limit());
                  last = outcome(sent);
              }
              if (last != Errc::connection_reset && last != Errc::broken_pipe) co_return 2;
              auto again = co_await pair.server.send_file(*file, {}, limit());
              co_return outcome(again) == Errc::ok ? 3 : 0;
          }) == 0);
}

TEST_CASE("send file: by a socket that is shut it is an error, and no signal") {
    if (settings().engine == "uv") return;
    const Content content;
    CHECK(status_of([&content]() -> Task<int> {
              auto file = co_await File::open(content.path, {}, limit());
              if (!file) co_return 1;
              Pair pair = co_await connect_pair();
              // Behind the loop's back, so that the system has to refuse the call.
              if (::shutdown(static_cast<int>(pair.server.native_handle()), SHUT_WR) != 0) co_return 2;
              auto sent = co_await pair.server.send_file(*file, {}, limit());
              co_return outcome(sent) == Errc::broken_pipe ? 0 : 3;
          }) == 0);
}

#endif
