// Asio, with callbacks or with coroutines, on one thread and with concrete executor types, which is its fast form.
#if defined(__clang__)  // Asio before 1.24 looks for clang's old, experimental coroutines only
#define ASIO_HAS_CO_AWAIT 1
#define ASIO_HAS_STD_COROUTINE 1
#endif
#include <array>
#include <asio.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#if ASIO_VERSION < 102400
#include <asio/experimental/as_tuple.hpp>
#endif

#include "common/arguments.hpp"

namespace {

constexpr const char* usage = "peer_asio PORT [callbacks|coroutines]";

using Tcp = asio::ip::tcp;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using Buffer = std::array<char, 64 * 1024>;

void set_no_delay(Socket& socket) {
    std::error_code ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
}

// After a failed accept: on at once if only that connection failed, else later, as for want of descriptors it would
// spin.
bool is_lasting(const std::error_code& error) {
    if (error == asio::error::bad_descriptor || error == asio::error::operation_aborted) {
        throw std::system_error(error, "accept");
    }
    return error && error != asio::error::connection_aborted;
}
constexpr auto pause = std::chrono::milliseconds(10);

namespace callbacks {

struct Session : std::enable_shared_from_this<Session> {
    Socket socket;
    Buffer buffer;

    explicit Session(Socket accepted) : socket(std::move(accepted)) {}

    void receive() {
        socket.async_read_some(asio::buffer(buffer),
                               [self = shared_from_this()](std::error_code error, std::size_t got) {
                                   if (!error) self->send(got);
                               });
    }

    void send(std::size_t count) {
        asio::async_write(socket, asio::buffer(buffer.data(), count),
                          [self = shared_from_this()](std::error_code error, std::size_t) {
                              if (!error) self->receive();
                          });
    }
};

void accept(Acceptor& acceptor, asio::steady_timer& timer) {
    acceptor.async_accept([&](std::error_code error, Socket accepted) {
        if (is_lasting(error)) {
            timer.expires_after(pause);
            timer.async_wait([&](std::error_code) { accept(acceptor, timer); });
            return;
        }
        if (!error) {
            set_no_delay(accepted);
            std::make_shared<Session>(std::move(accepted))->receive();
        }
        accept(acceptor, timer);
    });
}

}  // namespace callbacks

namespace coroutines {

#if ASIO_VERSION < 102400
using asio::experimental::as_tuple;
#else
using asio::as_tuple;
#endif
using Work = asio::awaitable<void, Executor>;
constexpr auto results = as_tuple(asio::use_awaitable_t<Executor>{});  // so the end of a stream is no exception

Work echo(Socket socket) {
    Buffer buffer;
    for (;;) {
        const auto [receive_error, got] = co_await socket.async_read_some(asio::buffer(buffer), results);
        if (receive_error) co_return;
        const auto [send_error, sent] = co_await asio::async_write(socket, asio::buffer(buffer.data(), got), results);
        if (send_error) co_return;
    }
}

Work accept(Acceptor& acceptor) {
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor> timer(
        acceptor.get_executor());
    for (;;) {
        auto [error, accepted] = co_await acceptor.async_accept(results);
        if (is_lasting(error)) {
            timer.expires_after(pause);
            co_await timer.async_wait(results);
            continue;
        }
        if (error) continue;
        set_no_delay(accepted);
        asio::co_spawn(acceptor.get_executor(), echo(std::move(accepted)), asio::detached);
    }
}

}  // namespace coroutines

void serve(std::uint16_t port, bool with_coroutines) {
    asio::io_context context(1);
    Acceptor acceptor(context, Tcp::endpoint(asio::ip::address_v4::loopback(), port));
    acceptor.listen(4096);
    asio::steady_timer timer(context);
    if (with_coroutines) {
        asio::co_spawn(context.get_executor(), coroutines::accept(acceptor), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
    } else {
        callbacks::accept(acceptor, timer);
    }
    context.run();
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint16_t port = bench::port_argument(argc, argv, usage, 1);
    const std::string_view variant = bench::variant_argument(argc, argv, "callbacks");
    if (variant != "callbacks" && variant != "coroutines") bench::bad_usage(usage);
#ifdef SIGPIPE
    std::signal(SIGPIPE, SIG_IGN);
#endif
    try {
        serve(port, variant == "coroutines");
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
}
