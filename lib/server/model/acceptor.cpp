#include "acceptor.hpp"

#include "../accept_trouble.hpp"

#include <pier/cli/program.hpp>
#include <pier/scope.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace pier {
namespace {

// Threads and processes that are used up come back when others end, of which the bell may not tell.
constexpr Duration shortage_pause = std::chrono::milliseconds(100);

}  // namespace

bool Acceptor::open() {
    if (!bell_.hang()) return false;
    const Endpoint& endpoint = frame_.options.listen.front();
    auto listen = [&]() -> Task<Result<Listener>> { co_return Listener::open(endpoint, frame_.listening()); };
    auto opened = bell_.loop().run(listen());
    if (!opened) {
        complain(frame_.service.name, "listening on " + endpoint.to_string(), opened.error());
        frame_.fail();
        return false;
    }
    listener_ = std::move(*opened);
    return true;
}

void Acceptor::announce() const { frame_.announce({Listening{.endpoint = listener_.local()}}); }

Accepted Acceptor::next(bool room) {
    if (!room) {
        bell_.wait();
        return {};
    }
    if (!held_.empty()) {
        bell_.wait(after(shortage_pause));
        Accepted first = std::move(held_.front());
        held_.pop_front();
        return first;
    }
    auto client = bell_.loop().run(accept());
    if (client) {
        trouble_said_ = false;
        return std::move(*client);
    }
    if (client.error() == Errc::operation_canceled) return {};
    const bool passes = trouble_passes(client.error());
    if (!passes || !std::exchange(trouble_said_, true)) {
        say_trouble(frame_.service.name, listener_.local(), client.error());
    }
    if (passes) {
        bell_.wait(after(accept_pause));
    } else {
        frame_.fail();
    }
    return {};
}

// Errors: operation_canceled when the bell has rung first.
Task<Result<Accepted>> Acceptor::accept() {
    Result<Accepted> got = fail(Errc::operation_canceled);
    auto take = [&]() -> Task<void> {
        got = co_await listener_.accept_unattached();
        bell_.rung().set();
    };
    TaskScope scope;
    scope.spawn(take());
    (void)co_await bell_.rung().wait();
    // A client that came at the same moment has won: then there is nothing to cancel.
    scope.cancel();
    (void)co_await scope.join();
    bell_.rung().reset();
    co_return got;
}

void Acceptor::put_back(Accepted&& client, std::string_view what, const Error& error) {
    held_.push_back(std::move(client));
    if (std::exchange(shortage_said_, true)) return;
    complain(frame_.service.name, std::string(what) + " (clients wait until another one ends)", error);
}

void Acceptor::close() noexcept {
    listener_.close();
    held_.clear();
}

}  // namespace pier
