#include "talk.hpp"

#include <pier/cli/latency.hpp>
#include <pier/cli/program.hpp>
#include <pier/loop.hpp>
#include <pier/sleep.hpp>

#include <string>
#include <vector>

namespace nc {
namespace {

constexpr std::size_t longest_sent = 64 * 1024;       // what one read of standard input gives
constexpr std::size_t longest_received = 256 * 1024;  // what one write of standard output takes
// Of what is read at once and becomes one datagram; nc of OpenBSD has the same.
constexpr std::size_t longest_datagram_sent = 16 * 1024;
constexpr std::size_t longest_datagram = 64 * 1024;

pier::Time now() { return pier::this_loop().now(); }

}  // namespace

TalkRules rules_of(const Options& options) {
    return {.input = !options.no_input,
            .finish = options.finish,
            .ends_first = options.mode == Mode::listen,
            .verbose = options.verbose,
            .idle = options.patience,
            .quit = options.quit};
}

pier::Task<Outcome> Talk::run() {
    pier::TaskScope sending;
    pier::TaskScope others;
    sending_ = &sending;
    others_ = &others;
    for (pier::TaskScope* scope : {sending_, others_}) scope->on_exception(thrown, this);
    touch();
    others.spawn(receive_all());
    sending.spawn(send_all());
    if (rules_.idle) others.spawn(end_when_idle());
    auto told = co_await over_.wait();
    if (!told) outcome_ = Outcome::interrupted;
    // A send that is under way does not heed the scope, so that what was taken of standard input arrives.
    wire_.close();
    sending.cancel();
    others.cancel();
    (void)co_await sending.join();  // its tasks have said what there was to say
    (void)co_await others.join();
    co_return outcome_;
}

pier::Task<void> Talk::receive_all() {
    std::vector<std::byte> buffer(wire_.is_stream() ? longest_received : longest_datagram);
    for (;;) {
        auto got = co_await wire_.receive(buffer);
        if (!got && got.error() == pier::Errc::operation_canceled) co_return;
        if (!got) {
            fail("receiving from", got.error());
            break;
        }
        touch();
        if (!*got) {
            received_end();
            co_return;
        }
        writing_ = true;
        auto written = co_await console_.output.send_all(std::span(buffer).first(**got));
        writing_ = false;
        touch();
        if (!written && written.error() == pier::Errc::operation_canceled) co_return;
        if (!written) {
            if (written.error() == pier::Errc::broken_pipe) {
                pier::say(program, "writing to standard output: nobody reads it any more");
            } else {
                pier::complain(program, "writing to standard output", written.error());
            }
            outcome_ = Outcome::output_gone;
            break;
        }
    }
    over_.set();
}

pier::Task<void> Talk::send_all() {
    std::vector<std::byte> buffer(wire_.is_stream() ? longest_sent : longest_datagram_sent);
    while (rules_.input) {
        auto got = co_await console_.input.receive(buffer);
        if (!got && got.error() == pier::Errc::operation_canceled) break;
        if (!got) {
            pier::complain(program, "reading standard input", got.error());
            outcome_ = Outcome::failed;
        }
        if (!got || *got == 0) break;
        const bool sent = co_await send_piece(std::span(buffer).first(*got));
        if (!sent) co_return sent_end();
    }
    if (sending_->cancelled()) co_return sent_end();
    if (rules_.finish) {
        if (auto told = wire_.finish(); !told) fail("finishing with", told.error());
    }
    if (rules_.quit) others_->spawn(end_later());
    sent_end();
}

// False after a failure.
pier::Task<bool> Talk::send_piece(std::span<const std::byte> piece) {
    const pier::Shield shield;
    while (!piece.empty()) {
        auto sent = co_await wire_.send(piece);
        if (!sent && sent.error() == pier::Errc::operation_canceled) co_return false;
        if (!sent) {
            fail("sending to", sent.error());
            if (!wire_.is_stream()) over_.set();
            co_return false;
        }
        touch();
        piece = piece.subspan(*sent);
    }
    co_return true;
}

pier::Task<void> Talk::end_when_idle() {
    for (;;) {
        // The time of writing does not count, and it ends with a touch.
        auto slept = co_await pier::sleep(pier::at((writing_ ? now() : moved_) + *rules_.idle));
        if (!slept) co_return;
        if (writing_ || now() - moved_ < *rules_.idle) continue;
        if (rules_.verbose) {
            pier::say(program, std::string("nothing has come or gone for ").append(pier::readable(*rules_.idle)));
        }
        over_.set();
        co_return;
    }
}

pier::Task<void> Talk::end_later() {
    auto slept = co_await pier::sleep(pier::after(*rules_.quit));
    if (slept) over_.set();
}

void Talk::received_end() {
    received_all_ = true;
    // What was taken of standard input is sent all the same.
    if (rules_.ends_first) sending_->cancel();
    if (sent_all_) over_.set();
}

void Talk::sent_end() {
    sent_all_ = true;
    if (received_all_) over_.set();
}

void Talk::touch() noexcept { moved_ = now(); }

// The first failure is said: the others follow from it.
void Talk::fail(std::string_view doing, const pier::Error& error) {
    if (outcome_ != Outcome::well) return;
    outcome_ = Outcome::failed;
    pier::complain(program, std::string(doing).append(" ").append(wire_.peer()), error);
}

// There was no memory.
void Talk::thrown(void* talk, const std::exception_ptr&) noexcept {
    auto& self = *static_cast<Talk*>(talk);
    if (self.outcome_ == Outcome::well) pier::say(program, pier::message(pier::Errc::not_enough_memory));
    self.outcome_ = Outcome::failed;
    self.over_.set();
}

}  // namespace nc
