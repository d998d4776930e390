// For faulty_server.py: a server that does what its clients say, a letter each, and some of it is wrong. After its stop
// it says so and lives on until its standard input ends.
#include "../../alloc/counter.hpp"

#include <pier/server/serve.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

const std::thread::id main_thread = std::this_thread::get_id();
std::atomic<int> thrown{0};
std::atomic<bool> no_frame{false};

pier::Task<pier::Result<void>> obey(pier::Stream peer) {
    for (;;) {
        char letter = 0;
        auto got = co_await peer.receive(std::as_writable_bytes(std::span(&letter, 1)));
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) co_return {};
        switch (letter) {
            case 'e':
                throw std::runtime_error("this handler is \x1b[31mfaulty");
            case 'i':
                throw 42;
            case 'n':
                throw std::runtime_error("number " + std::to_string(++thrown));
            case 'f':
                no_frame = true;
                break;
            case 'x':
                std::abort();
            case 'w':  // who serves me?
                letter = std::this_thread::get_id() == main_thread ? 'm' : 'o';
                break;
            default:
                break;
        }
        auto sent = co_await peer.send_all(std::as_bytes(std::span(&letter, 1)));
        if (!sent) co_return std::unexpected(sent.error());
    }
}

// As a coroutine whose frame finds no memory: it throws before there is a task.
pier::Task<pier::Result<void>> handle(pier::Stream peer) {
    if (no_frame.exchange(false)) throw std::bad_alloc();
    return obey(std::move(peer));
}

#ifdef __linux__
// Makes std::thread fail, with stacks larger than the address space. A limit of stacks (`ulimit -s`) would do it too,
// but the system lays out the whole process by it, and the thread sanitizer can't start in that layout.
void start_no_threads() {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, std::size_t{1} << 47) != 0 ||
        pthread_setattr_default_np(&attributes) != 0)
        std::abort();
    pthread_attr_destroy(&attributes);
}
#endif

}  // namespace

int main(int argc, char** argv) {
#ifdef __linux__
    if (std::getenv("PIER_TEST_NO_THREADS") != nullptr) start_no_threads();
#endif
    // Of the server's allocations, counted from here.
    if (const char* refused = std::getenv("PIER_TEST_REFUSE")) alloc::refuse(std::strtoull(refused, nullptr, 10));
    // Longer than any test has patience: whose end comes by itself came by a request.
    const int status =
        pier::serve(argc, argv, {.name = "faulty-server", .handler = handle, .grace = std::chrono::seconds(30)});
    const bool refusing = std::getenv("PIER_TEST_REFUSE") != nullptr;
    std::printf("%s\n", alloc::refused()               ? "stopped, refused"
                        : refusing && !alloc::counts() ? "stopped, uncounted"
                                                       : "stopped");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return status;
}
