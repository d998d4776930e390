#include "models/model_steps.hpp"

#include "models/conversation.hpp"
#include "models/serving.hpp"

#include <pier/scope.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace compare {
namespace {

using std::chrono::seconds;

constexpr std::size_t crowd = 200;
// Of the last one: where a process is started for each, all the others' come before its own.
constexpr seconds time_for_the_crowd{300};
constexpr std::size_t block = std::size_t{256} << 10;
constexpr int resets = 5;
// How long it is looked whether a client is served who should not be: no client is, later, whom nobody waits for.
constexpr std::chrono::milliseconds quiet{500};
// How long a client may take to be served beside a silent one: a process may have to be started for it.
constexpr seconds time_to_be_served{10};

pier::Deadline limit() { return pier::after(patience_of_a_client); }

Finding failed(Failure failure) { return {outcome::failed, std::move(failure)}; }

pier::Task<void> one_of_the_crowd(const ModelServer& server, std::size_t number, std::size_t& answered,
                                  Failure& failure) {
    auto client = co_await connect(server);
    Step<void> heard = client ? Step<void>{} : std::unexpected(client.error());
    if (client) heard = co_await echo(*client, "I am number " + std::to_string(number), time_for_the_crowd);
    if (heard) ++answered;
    if (!heard) failure = heard.error();
}

// Whether the client, who has asked already, has its answer by then.
pier::Task<Step<bool>> is_answered(const pier::Stream& client, pier::Deadline deadline) {
    auto heard = co_await hear(client, 1, deadline);
    if (heard) co_return true;
    if (heard.error() == pier::Errc::timed_out) co_return false;
    co_return std::unexpected("waiting for the answer: " + pier::describe(heard.error()));
}

pier::Task<Step<pier::Stream>> client_that_asks(const ModelServer& server) {
    auto client = co_await connect(server);
    if (!client) co_return client;
    const std::byte question{'?'};
    auto sent = co_await client->send_all(std::span(&question, 1), limit());
    if (!sent) co_return std::unexpected("sending: " + pier::describe(sent.error()));
    co_return client;
}

// Whether another client is served while `present` are; if not, whether it is when one of those leaves.
pier::Task<Finding> beside(ModelServer& server, std::vector<pier::Stream> present, pier::Deadline deadline) {
    auto other = co_await client_that_asks(server);
    if (!other) co_return failed(other.error());
    auto at_once = co_await is_answered(*other, deadline);
    if (!at_once) co_return failed(at_once.error());
    if (*at_once) co_return Finding{outcome::served};
    present.clear();
    auto later = co_await is_answered(*other, limit());
    if (!later) co_return failed(later.error());
    if (!*later) co_return failed("it is not served when there is room either");
    co_return Finding{outcome::waits};
}

// To the end, or to a reset.
pier::Task<void> wait_for_the_end(const pier::Stream& client) {
    for (;;) {
        std::byte byte{};
        auto got = co_await client.receive(std::span(&byte, 1), limit());
        if (!got || *got == 0) co_return;
    }
}

pier::Task<Finding> end_of(ModelServer& server, std::string_view outcome) {
    auto end = co_await server.wait(limit());
    if (!end) co_return failed("waiting for its end: " + pier::describe(end.error()));
    if (!end->succeeded()) co_return failed("it ended with " + end->describe());
    co_return Finding{outcome};
}

}  // namespace

pier::Task<Finding> echo_steps(ModelServer& server) {
    auto client = co_await connect(server);
    if (!client) co_return failed(client.error());
    for (int i = 0; i < 100; ++i) {
        auto answered = co_await echo(*client, "message " + std::to_string(i));
        if (!answered) co_return failed(answered.error());
    }
    co_return Finding{outcome::works};
}

pier::Task<Finding> crowd_steps(ModelServer& server) {
    std::size_t answered = 0;
    Failure failure;
    pier::TaskScope scope;
    for (std::size_t i = 0; i < crowd; ++i) scope.spawn(one_of_the_crowd(server, i, answered, failure));
    (void)co_await scope.join();
    if (answered == crowd) co_return Finding{outcome::served};
    co_return failed(std::to_string(answered) + " of " + std::to_string(crowd) + " were answered; " + failure);
}

pier::Task<Finding> silent_client_steps(ModelServer& server) {
    auto silent = co_await served_client(server);
    if (!silent) co_return failed(silent.error());
    std::vector<pier::Stream> present;
    present.push_back(std::move(*silent));
    auto finding = co_await beside(server, std::move(present), pier::after(time_to_be_served));
    co_return finding;
}

pier::Task<Finding> bound_steps(ModelServer& server) {
    std::vector<pier::Stream> present;
    for (int i = 0; i < 2; ++i) {
        auto client = co_await served_client(server);
        if (!client) co_return failed(client.error());
        present.push_back(std::move(*client));
    }
    auto finding = co_await beside(server, std::move(present), pier::after(quiet));
    co_return finding;
}

pier::Task<Finding> half_close_steps(ModelServer& server) {
    auto client = co_await connect(server);
    if (!client) co_return failed(client.error());
    const std::string text(block, 'x');
    auto sent = co_await client->send_all(std::as_bytes(std::span(text)), limit());
    if (!sent) co_return failed("sending: " + pier::describe(sent.error()));
    if (auto finished = client->finish(); !finished) co_return failed("finish: " + pier::describe(finished.error()));
    auto heard = co_await hear(*client, text.size(), limit());
    if (!heard) co_return failed("waiting for the answer: " + pier::describe(heard.error()));
    if (*heard != text) co_return failed("something else came back");
    std::byte byte{};
    auto end = co_await client->receive(std::span(&byte, 1), limit());
    if (!end) co_return failed("waiting for the end: " + pier::describe(end.error()));
    if (*end != 0) co_return failed("more came back than was sent");
    co_return Finding{outcome::works};
}

pier::Task<Finding> reset_steps(ModelServer& server) {
    for (int i = 0; i < resets; ++i) {
        auto client = co_await served_client(server);
        if (!client) co_return failed(client.error());
        client->abort();
    }
    auto next = co_await served_client(server);
    if (!next) co_return failed(next.error());
    co_return Finding{outcome::served};
}

pier::Task<Finding> crash_steps(ModelServer& server) {
    auto victim = co_await served_client(server);
    if (!victim) co_return failed(victim.error());
    auto other = co_await served_client(server);
    if (!other) co_return failed(other.error());
    auto sent = co_await victim->send_all(std::as_bytes(std::span(crash_word)), limit());
    if (!sent) co_return failed("sending: " + pier::describe(sent.error()));
    co_await wait_for_the_end(*victim);
    auto goes_on = co_await echo(*other, "hello again");
    if (!goes_on) co_return Finding{outcome::others_too, goes_on.error()};
    auto next = co_await served_client(server);
    if (!next) co_return failed(next.error());
    co_return Finding{outcome::its_connection};
}

pier::Task<Finding> stop_steps(ModelServer& server) {
    auto client = co_await served_client(server);
    if (!client) co_return failed(client.error());
    if (auto asked = server.ask_to_stop(); !asked) co_return failed("asking: " + pier::describe(asked.error()));
    auto refused = co_await until_refused(server);
    if (!refused) co_return failed(refused.error());
    auto goes_on = co_await echo(*client, "hello again");
    if (!goes_on) co_return failed(goes_on.error());
    *client = {};
    auto end = co_await end_of(server, outcome::drains);
    co_return end;
}

pier::Task<Finding> second_request_steps(ModelServer& server) {
    auto client = co_await served_client(server);
    if (!client) co_return failed(client.error());
    if (auto asked = server.ask_to_stop(); !asked) co_return failed("asking: " + pier::describe(asked.error()));
    // The first one has been heard: else a system may merge the two.
    auto refused = co_await until_refused(server);
    if (!refused) co_return failed(refused.error());
    if (auto asked = server.ask_to_stop(); !asked) co_return failed("asking: " + pier::describe(asked.error()));
    co_await wait_for_the_end(*client);
    auto end = co_await end_of(server, outcome::ends);
    co_return end;
}

}  // namespace compare
