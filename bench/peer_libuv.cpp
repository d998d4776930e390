// libuv in its fast form: one buffer for all connections, uv_try_write first, and uv_write with reading stopped only
// for what the peer doesn't take. Builds on both systems.
#include <uv.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "common/arguments.hpp"

namespace {

std::array<char, 64 * 1024> buffer;

[[noreturn]] void fail(const char* what, int error) {
    std::fprintf(stderr, "%s: %s\n", what, uv_strerror(error));
    std::exit(1);
}

// The uv_write_t comes first in it, so that libuv's pointer is a pointer to the whole.
struct Write {
    uv_write_t request;
    std::unique_ptr<char[]> bytes;
};

void drop(uv_stream_t* stream) {
    auto* handle = reinterpret_cast<uv_handle_t*>(stream);
    if (uv_is_closing(handle)) return;
    uv_close(handle, [](uv_handle_t* closed) { delete reinterpret_cast<uv_tcp_t*>(closed); });
}

void start_reading(uv_stream_t* stream);

void write_rest(uv_stream_t* stream, const char* bytes, std::size_t count) {
    uv_read_stop(stream);
    auto* write = new Write{{}, std::make_unique_for_overwrite<char[]>(count)};
    std::memcpy(write->bytes.get(), bytes, count);
    uv_buf_t rest = uv_buf_init(write->bytes.get(), static_cast<unsigned>(count));
    const int error = uv_write(&write->request, stream, &rest, 1, [](uv_write_t* request, int status) {
        uv_stream_t* written = request->handle;
        delete reinterpret_cast<Write*>(request);
        if (uv_is_closing(reinterpret_cast<uv_handle_t*>(written))) return;
        if (status < 0) return drop(written);
        start_reading(written);
    });
    if (error == 0) return;
    delete write;
    drop(stream);
}

void on_read(uv_stream_t* stream, ssize_t got, const uv_buf_t* chunk) {
    if (got == 0) return;
    if (got < 0) return drop(stream);
    uv_buf_t bytes = uv_buf_init(chunk->base, static_cast<unsigned>(got));
    int sent = uv_try_write(stream, &bytes, 1);
    if (sent == got) return;
    if (sent == UV_EAGAIN) sent = 0;
    if (sent < 0) return drop(stream);
    write_rest(stream, chunk->base + sent, static_cast<std::size_t>(got - sent));
}

void start_reading(uv_stream_t* stream) {
    const auto lend = [](uv_handle_t*, std::size_t, uv_buf_t* chunk) {
        *chunk = uv_buf_init(buffer.data(), static_cast<unsigned>(buffer.size()));
    };
    if (uv_read_start(stream, lend, on_read) != 0) drop(stream);
}

void on_connection(uv_stream_t* listener, int status) {
    if (status < 0) return;
    auto* accepted = new uv_tcp_t;
    if (const int error = uv_tcp_init(listener->loop, accepted)) fail("uv_tcp_init", error);
    auto* stream = reinterpret_cast<uv_stream_t*>(accepted);
    if (uv_accept(listener, stream) != 0) return drop(stream);
    uv_tcp_nodelay(accepted, 1);
    start_reading(stream);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint16_t port = bench::port_argument(argc, argv, "peer_libuv PORT");
#ifdef SIGPIPE
    std::signal(SIGPIPE, SIG_IGN);
#endif
    uv_loop_t* loop = uv_default_loop();
    uv_tcp_t listener;
    sockaddr_in address;
    if (const int error = uv_tcp_init(loop, &listener)) fail("uv_tcp_init", error);
    if (const int error = uv_ip4_addr("127.0.0.1", port, &address)) fail("uv_ip4_addr", error);
    if (const int error = uv_tcp_bind(&listener, reinterpret_cast<const sockaddr*>(&address), 0))
        fail("uv_tcp_bind", error);
    if (const int error = uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 4096, on_connection)) {
        fail("uv_listen", error);
    }
    return uv_run(loop, UV_RUN_DEFAULT);
}
