#include "models/conversation.hpp"

#include <pier/sleep.hpp>

#include <expected>
#include <span>
#include <utility>

namespace compare {
namespace {

constexpr std::chrono::milliseconds pause{20};
constexpr int most_tries = 1500;  // half a minute of them

pier::Deadline limit() { return pier::after(patience_of_a_client); }

Failure failure(std::string_view what, const pier::Error& error) {
    return std::string(what) + ": " + pier::describe(error);
}

}  // namespace

pier::Task<Step<pier::Stream>> connect(const ModelServer& server) {
    auto client = co_await pier::Stream::connect(server.place(), limit());
    if (!client) co_return std::unexpected(failure("connecting", client.error()));
    co_return std::move(*client);
}

pier::Task<pier::Result<std::string>> hear(const pier::Stream& client, std::size_t size, pier::Deadline deadline) {
    std::string text(size, '\0');
    auto got = co_await client.receive_exactly(std::as_writable_bytes(std::span(text)), deadline);
    if (!got) co_return pier::fail(got.error());
    co_return text;
}

pier::Task<Step<void>> echo(const pier::Stream& client, std::string_view text, pier::Duration patience) {
    auto sent = co_await client.send_all(std::as_bytes(std::span(text)), limit());
    if (!sent) co_return std::unexpected(failure("sending", sent.error()));
    auto heard = co_await hear(client, text.size(), pier::after(patience));
    if (!heard) co_return std::unexpected(failure("waiting for the answer", heard.error()));
    if (*heard != text) co_return std::unexpected("something else came back");
    co_return {};
}

pier::Task<Step<pier::Stream>> served_client(const ModelServer& server) {
    auto client = co_await connect(server);
    if (!client) co_return client;
    auto answered = co_await echo(*client, "hello");
    if (!answered) co_return std::unexpected(answered.error());
    co_return client;
}

pier::Task<Step<void>> until_refused(const ModelServer& server) {
    for (int i = 0; i < most_tries; ++i) {
        auto client = co_await pier::Stream::connect(server.place(), limit());
        if (!client) co_return {};
        (void)co_await pier::sleep(pier::after(pause));
    }
    co_return std::unexpected("it goes on listening");
}

}  // namespace compare
