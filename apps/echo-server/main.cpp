// Sends back what it receives, and ends when the client does.
#include <pier/server/serve.hpp>

namespace {

pier::Task<pier::Result<void>> echo(pier::Stream peer) {
    for (;;) {
        auto got = co_await peer.receive();
        if (!got) co_return std::unexpected(got.error());
        if (got->empty()) co_return {};  // the close that follows tells the peer; peer.finish() would be a call more
        if (auto sent = co_await peer.send_all(*got); !sent) co_return std::unexpected(sent.error());
    }
}

}  // namespace

int main(int argc, char** argv) {
    return pier::serve(argc, argv,
                       {.name = "pier-echo-server",
                        .handler = echo,
                        .summary = "Echoes TCP streams: the same handler under every I/O engine."});
}
