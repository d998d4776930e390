// Single operations of a stream.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/exchange.hpp>
#include <pier/behaviour/steps.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace pier::behaviour {
namespace {

// The operation that the task starts while another one of its stream is pending.
enum class Second : bool { receive, send };

pier::Task<Verdict> while_receiving(Second second, Into into) {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pier::TaskScope scope;
    PendingReceive pending;
    scope.spawn(receive_some(pair->here, pending, into));
    (void)co_await pending.begins.wait(limit);
    Verdict verdict;
    if (second == Second::receive) {
        auto got = co_await pair->here.receive(limit);
        if (!got) verdict = observed(got.error());
    } else {
        auto sent = co_await pair->here.send(bytes("both ways"), limit);
        if (!sent) verdict = observed(sent.error());
    }
    // The second operation must not have harmed the first.
    auto more = co_await pair->there.send_all(bytes("abc"), limit);
    if (!more) co_return failed("sending", more.error());
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::hang};
    const bool untouched = pending.result && *pending.result == 3;
    if (!untouched) co_return Verdict{Outcome::unusable, std::string(name(verdict.outcome))};
    co_return verdict;
}

pier::Task<Verdict> while_receiving(Second second) {
    Verdict chunk = co_await while_receiving(second, Into::chunk);
    Verdict buffer = co_await while_receiving(second, Into::buffer);
    if (chunk.outcome != buffer.outcome) co_return Verdict{Outcome::differs, "a chunk and a buffer"};
    co_return chunk;
}

pier::Task<Verdict> second_receive() { return while_receiving(Second::receive); }
pier::Task<Verdict> send_while_receiving() { return while_receiving(Second::send); }

pier::Task<Verdict> empty_buffer() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto sent = co_await pair->here.send(std::span<const std::byte>(), limit);
    if (!sent) co_return observed(sent.error());
    auto idle = co_await pair->here.receive(std::span<std::byte>(), limit);
    if (!idle) co_return observed(idle.error());
    const std::array<pier::Buffer, 2> empty{};
    auto scattered = co_await pair->here.receive(empty, limit);
    const std::array<pier::ConstBuffer, 2> nothing{};
    auto gathered = co_await pair->here.send(nothing, limit);
    if (!scattered || !gathered || *sent + *idle + *scattered + *gathered != 0) {
        co_return Verdict{Outcome::too_much, "of empty pieces"};
    }
    auto exactly = co_await pair->here.receive_exactly(std::span<std::byte>(), limit);
    if (!exactly) co_return observed(exactly.error());
    auto all = co_await pair->here.send_all(std::span<const std::byte>(), limit);
    if (!all) co_return observed(all.error());
    auto data = co_await pair->there.send_all(bytes("data"), limit);
    if (!data) co_return failed("sending", data.error());
    auto with_data = co_await pair->here.receive(std::span<std::byte>(), limit);
    if (!with_data) co_return observed(with_data.error());
    std::array<std::byte, 4> untouched;
    auto received = co_await pair->here.receive_exactly(untouched, limit);
    if (!received) co_return Verdict{Outcome::missing, pier::describe(received.error())};
    if (!std::ranges::equal(untouched, bytes("data"))) co_return Verdict{Outcome::corrupt};
    // Nothing has gone to the peer.
    const bool passed = co_await passes(pair->here, pair->there, "x");
    co_return Verdict{passed ? Outcome::works : Outcome::corrupt};
}

pier::Task<Verdict> gather_and_scatter() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    const std::string one = "ga";
    const std::string two = "the";
    const std::string three = "red";
    const std::array<pier::ConstBuffer, 4> out{
        std::as_bytes(std::span(one)), {}, std::as_bytes(std::span(two)), std::as_bytes(std::span(three))};
    auto sent = co_await pair->here.send(out, limit);
    if (!sent) co_return observed(sent.error());
    const std::string whole = one + two + three;
    if (*sent != whole.size()) co_return Verdict{Outcome::missing};
    std::string text(*sent, '\0');
    for (std::size_t at = 0; at < text.size();) {
        auto* left = reinterpret_cast<std::byte*>(text.data()) + at;
        const std::size_t size = text.size() - at;
        const std::size_t half = size / 2;
        const std::array<pier::Buffer, 2> in{{{left, half}, {left + half, size - half}}};
        auto received = co_await pair->there.receive(std::span<const pier::Buffer>(in), limit);
        if (!received) co_return observed(received.error());
        if (*received == 0) co_return Verdict{Outcome::missing};
        at += *received;
    }
    if (text != whole) co_return Verdict{Outcome::corrupt};
    if (auto finished = pair->here.finish(); !finished) co_return failed("finishing", finished.error());
    std::array<std::byte, 8> rest{};
    const std::array<pier::Buffer, 2> in{{{rest.data(), 3}, {rest.data() + 3, 5}}};
    auto end = co_await pair->there.receive(std::span<const pier::Buffer>(in), limit);
    if (!end) co_return observed(end.error());
    co_return Verdict{*end == 0 ? Outcome::works : Outcome::too_much};
}

pier::Task<Verdict> one_big_send() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    constexpr std::size_t most = 1 << 20;
    std::vector<std::byte> data(64 << 20);
    std::ranges::copy(pattern(most), data.begin());
    auto sent = co_await pair->here.send(data, limit);
    if (!sent) co_return observed(sent.error());
    if (*sent == data.size()) co_return Verdict{Outcome::whole};
    if (*sent == 0 || *sent > most) co_return Verdict{Outcome::too_much, std::to_string(*sent)};
    if (auto finished = pair->here.finish(); !finished) co_return failed("finishing", finished.error());
    std::vector<std::byte> arrived(*sent);
    auto all = co_await pair->there.receive_exactly(arrived, limit);
    if (!all) co_return Verdict{Outcome::missing};
    auto end = co_await pair->there.receive(limit);
    if (!end) co_return observed(end.error());
    const bool same = end->empty() && std::equal(arrived.begin(), arrived.end(), data.begin());
    co_return Verdict{same ? Outcome::partial : Outcome::corrupt};
}

// What was sent and not yet taken does not hold the closing side.
pier::Task<Verdict> close_with_unsent() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    const std::vector<std::byte> data(16 << 20);
    auto sent = co_await pair->here.send_all(data, window);
    if (sent) co_return failed("a send that had to wait");
    const auto begun = std::chrono::steady_clock::now();
    pair->here.close();
    const bool late = std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(500);
    co_return Verdict{late ? Outcome::blocks : Outcome::at_once};
}

}  // namespace

std::vector<Behaviour> transfer_behaviours() {
    using enum Outcome;
    return {
        {.id = "second-receive",
         .question = "How does a receive end that begins while another one of the stream is pending?",
         .contract = {already_in_progress},
         .steps = on_one_loop(second_receive),
         .blocking_contract = {already_in_progress, one_at_a_time},
         .steps_text = {"Start a receive.", "Start another one on the same stream.", "The peer sends three bytes."},
         .promise = "already_in_progress, and the first one is untouched."},
        {.id = "send-while-receiving",
         .question = "How does a send end that begins while a receive of the stream is pending?",
         .contract = {works},
         .steps = on_one_loop(send_while_receiving),
         .blocking_contract = {works, one_at_a_time},
         .steps_text = {"Start a receive.", "Send on the same stream.", "The peer sends three bytes."},
         .promise = "Both directions go on at once, but not on engines that block."},
        {.id = "zero-length-io",
         .question = "Do a send and a receive of nothing end at once, and leave the data alone?",
         .contract = {works},
         .steps = on_one_loop(empty_buffer),
         .steps_text = {"Send nothing and receive into nothing, in every way; once more with data there.",
                        "Receive the data; send a byte."},
         .promise = "An empty buffer ends at once with 0, and no data is touched.",
         .sources = {"man 2 recv", "Microsoft: WSARecv"},
         .windows = {"An overlapped receive of no bytes waits for data and takes none.",
                     "Wine's conformance test sock.c, test_empty_recv"}},
        {.id = "gather-scatter",
         .question = "Do the pieces of a gathered send arrive in order in those of a scattered receive?",
         .contract = {works},
         .steps = on_one_loop(gather_and_scatter),
         .steps_text = {"Send four pieces, one of them empty, at once.",
                        "Receive them into two pieces, and then the end."},
         .promise = "The order of the pieces is the order of the bytes.",
         .sources = {"man 2 writev"}},
        {.id = "send-accept-size",
         .question = "Does one send of 64 MiB take all of it?",
         .contract = {partial},
         .steps = on_one_loop(one_big_send),
         .steps_text = {"Send 64 MiB at once to a peer that does not read, and finish.", "The peer reads to the end."},
         .promise = "A send may be short; at most 1 MiB is handed to the system at once.",
         .sources = {"man 2 send", "stackoverflow.com/q/28785626"},
         .inherent = "How much fits is the system's matter.",
         .windows = {"The whole buffer, whatever its size, or would-block.",
                     "Wine's conformance test sock.c, test_write_events; Stack Overflow 28785626"}},
        {.id = "linger-timeout-close",
         .question = "Does close() wait for bytes that the peer has not taken?",
         .contract = {at_once},
         .steps = on_one_loop(close_with_unsent),
         .steps_text = {"Send until nothing fits any more.", "Close."},
         .promise = "close() never blocks.",
         .sources = {"man 7 socket: SO_LINGER", "Microsoft: closesocket"},
         .windows = {"A non-blocking close may fail with would-block and leave the socket open.",
                     "asio: socket_ops::close"}},
    };
}

}  // namespace pier::behaviour
