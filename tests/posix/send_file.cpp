// Sending a file to who has gone: an error, never a signal, whatever the program does with signals.
#include "files.hpp"
#include "harness.hpp"
#include "pair.hpp"

#include <pier/socket/send_file.hpp>

#include <sys/socket.h>
#include <csignal>

using namespace contract;
using pier::File;

namespace {

// As in a program that has not called prepare_process().
class DefaultBrokenPipeSignal {
public:
    DefaultBrokenPipeSignal() noexcept : before_(std::signal(SIGPIPE, SIG_DFL)) {}
    DefaultBrokenPipeSignal(const DefaultBrokenPipeSignal&) = delete;
    DefaultBrokenPipeSignal& operator=(const DefaultBrokenPipeSignal&) = delete;
    ~DefaultBrokenPipeSignal() { (void)std::signal(SIGPIPE, before_); }

private:
    void (*before_)(int);
};

}  // namespace

TEST_CASE("send file: to a peer that has gone it is an error, and no signal") {
    if (settings().engine == "uv") return;  // libuv writes without MSG_NOSIGNAL: that engine ignores the signal
    const Folder folder;
    on_loop([&]() -> Task<void> {
        const DefaultBrokenPipeSignal as_usual;
        const File file = co_await make_file(folder.text("a"), pattern(100'000));
        Pair pair = co_await connect_pair();
        pair.client.abort();
        Errc last = Errc::ok;
        for (int i = 0; i < 1000 && last == Errc::ok; ++i) {
            auto sent = co_await pair.server.send_file(file, {}, limit());
            last = outcome(sent);
        }
        CHECK((last == Errc::connection_reset || last == Errc::broken_pipe));
        auto again = co_await pair.server.send_file(file, {}, limit());
        CHECK(outcome(again) != Errc::ok);
    });
}

TEST_CASE("send file: by a socket that is shut it is an error, and no signal") {
    if (settings().engine == "uv") return;
    const Folder folder;
    on_loop([&]() -> Task<void> {
        const DefaultBrokenPipeSignal as_usual;
        const File file = co_await make_file(folder.text("a"), pattern(100'000));
        Pair pair = co_await connect_pair();
        // Behind the loop's back, so that the system has to refuse the call.
        REQUIRE(::shutdown(static_cast<int>(pair.server.native_handle()), SHUT_WR) == 0);
        auto sent = co_await pair.server.send_file(file, {}, limit());
        CHECK(outcome(sent) == Errc::broken_pipe);
    });
}
