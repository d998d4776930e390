#include "session.hpp"

#include <pier/chat/name.hpp>
#include <pier/chat/text.hpp>
#include <pier/cli/program.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace chat_client {

using namespace pier::chat;
using namespace std::chrono_literals;

namespace {

constexpr pier::Duration first_join_pause = 250ms;
// Of the time after which the server takes us for gone: several pings may be lost.
constexpr int pings_in_timeout = 4;
// Lines on their way when input comes from a pipe. With half of the server's burst to begin with, and a fifth less than
// its rate, what a loss has held up can't be too much for it when it comes at once.
constexpr std::size_t most_on_the_way = 8;
// Acknowledgements and answers to one turn of the loop; more are lost, as by a network.
constexpr std::size_t most_outgoing = 1024;

std::string seconds(pier::Duration duration) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g s", std::chrono::duration<double>(duration).count());
    return text.data();
}

}  // namespace

Session::Session(const Options& options, Screen& screen, std::uint64_t nonce, pier::Time now)
    : options_(options),
      screen_(screen),
      nonce_(nonce),
      give_up_(now + options.timeout),
      join_again_(now),
      join_pause_(first_join_pause),
      now_(now),
      link_(options.tcp ? Link::Repeats::no : Link::Repeats::yes),
      bucket_(1, 1, now) {}

void Session::take(std::span<const std::byte> bytes, pier::Time now) {
    now_ = now;
    const auto packet = parse_packet(bytes);
    if (!packet || over()) return;
    const auto* answer = std::get_if<Welcome>(&packet->body);
    if (answer != nullptr && answer->nonce == nonce_ && entering()) {
        welcome(*answer, packet->token, now);
    } else if (packet->token == token_ && token_ != 0) {
        heard_ = now;
        if (state_ == State::welcomed) {
            state_ = State::member;
            send_due(now);
        }
        take_packet(*packet, now);
    }
    // A member is refused when somebody else was quicker to take the name.
    if (const auto* refused = std::get_if<Refused>(&packet->body); refused != nullptr && refused->nonce == nonce_) {
        end(1, "joining " + options_.server.to_string() + ": " + clean(refused->reason));
    }
    changed_.set();
}

void Session::welcome(const Welcome& welcome, std::uint64_t token, pier::Time now) {
    state_ = State::welcomed;
    token_ = token;
    id_ = welcome.id;
    timeout_ = std::chrono::milliseconds(std::max(welcome.timeout, 100U));
    heard_ = now;
    bucket_ = Bucket(std::max(welcome.burst / 2U, 1U), std::max(welcome.rate * 4U / 5, 1U), now);
    send({.token = token_, .body = Ping{}});  // which makes us a member
}

void Session::take_packet(const Packet& packet, pier::Time now) {
    if (const auto* data = std::get_if<Data>(&packet.body)) {
        const std::vector<std::string> messages = link_.take(*data);
        send({.token = token_, .body = link_.ack()});
        for (const std::string& bytes : messages) {
            if (const auto message = parse_message(bytes)) show(*message);
        }
    } else if (const auto* ack = std::get_if<Ack>(&packet.body)) {
        link_.take(*ack, now);
        send_due(now);
    } else if (const auto* gone = std::get_if<Gone>(&packet.body)) {
        end(1, "the server has ended our part: " + clean(gone->reason));
    }
}

void Session::show(const Message& message) {
    const std::string name = clean(message.name, longest_name);
    const std::string text = clean(message.text);
    switch (message.kind) {
        case MessageKind::said:
            if (const auto lost = gaps_.take(message.id, message.number); lost > 0) {
                screen_.show("* " + std::to_string(lost) + (lost == 1 ? " line of " : " lines of ") + name + " lost");
            }
            return screen_.show("<" + name + "> " + text);
        case MessageKind::told:
            if (message.number > told_ + 1) {
                const auto lost = message.number - told_ - 1;
                screen_.show("* " + std::to_string(lost) + (lost == 1 ? " private line lost" : " private lines lost"));
            }
            told_ = std::max(told_, message.number);
            return screen_.show("*" + name + "* " + text);
        case MessageKind::joined:
            gaps_.begin(message.id);
            return screen_.show(message.id == id_ ? "* you are here as " + name : "* " + name + " joined");
        case MessageKind::left:
            gaps_.end(message.id);
            return screen_.show("* " + name + " left" + (text == "left" || text.empty() ? "" : " (" + text + ")"));
        case MessageKind::renamed:
            return screen_.show("* " + name + " is now " + clean(message.other, longest_name));
        case MessageKind::note:
            return screen_.show("* " + text);
        case MessageKind::farewell:
            if (leaving_) end(status_, {});
            return;
        default:
            return;
    }
}

void Session::broke(const pier::Error& error) {
    if (over()) return;
    if (entering() && !options_.tcp) {
        refusal_ = error;  // it may come yet
        return;
    }
    // A member's server that is gone may come back, but it will not know us.
    if (!options_.tcp && error != pier::Errc::connection_refused) return;
    complain("talking to " + options_.server.to_string(), error);
    end(1, {});
}

void Session::ended_by_server() {
    if (!over()) end(1, "the server has ended the connection");
}

void Session::tick(pier::Time now) {
    now_ = now;
    if (over()) return;
    if (entering()) return join(now);
    if (now - heard_ >= timeout_) return end(1, "the server has not answered for " + seconds(timeout_));
    send_due(now);
    tell_given_up();
    if (now - sent_ >= timeout_ / pings_in_timeout) send({.token = token_, .body = Ping{}});
}

pier::Time Session::next() const noexcept {
    if (over()) return pier::never;
    if (entering()) return std::min(join_again_, give_up_);
    return std::min({link_.next(), heard_ + timeout_, sent_ + timeout_ / pings_in_timeout});
}

void Session::join(pier::Time now) {
    if (now >= give_up_) {
        const std::string what = "joining " + options_.server.to_string();
        if (refusal_) {
            complain(what, refusal_);
            return end(1, {});
        }
        return end(1, what + ": nobody has answered in " + seconds(options_.timeout) +
                          "; is the server running, and is the port right?");
    }
    if (now < join_again_) return;
    // Also when there is a token: what was lost may be the ping with it, and then the server has forgotten it soon.
    send({.token = 0, .body = Join{nonce_, options_.name}});
    join_again_ = options_.tcp ? pier::never : now + join_pause_;
    join_pause_ *= 2;
}

void Session::say(std::string text, pier::Time now) {
    post({.kind = MessageKind::say, .number = ++said_, .text = std::move(text)}, now);
}
void Session::tell(std::string name, std::string text, pier::Time now) {
    post({.kind = MessageKind::tell, .name = std::move(name), .text = std::move(text)}, now);
}
void Session::nick(std::string name, pier::Time now) {
    post({.kind = MessageKind::nick, .name = std::move(name)}, now);
}
void Session::who(pier::Time now) { post({.kind = MessageKind::who}, now); }

void Session::quit(pier::Time now) {
    if (std::exchange(leaving_, true) || over()) return;
    if (entering()) return end(0, {});
    post({.kind = MessageKind::bye}, now);
}

void Session::end(int status, std::string_view sentence) {
    if (over()) return;
    state_ = State::over;
    status_ = status;
    if (!sentence.empty()) screen_.complain(sentence);
    changed_.set();
}

pier::Time Session::pace(pier::Time now) {
    if (link_.open() >= most_on_the_way) return pier::never;
    const pier::Time next = bucket_.next(now);
    if (next <= now) (void)bucket_.take(now);
    return next;
}

void Session::post(const Message& message, pier::Time now) {
    now_ = now;
    if (!link_.post(encode(message))) screen_.complain("too much is on its way: the oldest line was dropped");
    if (state_ == State::member) send_due(now);
    changed_.set();
}

void Session::send(const Packet& packet) {
    sent_ = now_;
    if (outgoing_.size() < most_outgoing) outgoing_.push_back(encode(packet));
    changed_.set();
}

void Session::send_due(pier::Time now) {
    for (Data& data : link_.due(now)) send({.token = token_, .body = std::move(data)});
}

void Session::tell_given_up() {
    for (const std::string& bytes : link_.take_given_up()) {
        const auto message = parse_message(bytes);
        status_ = 1;
        if (message && message->kind == MessageKind::bye) {
            return end(1, "the server has not answered to the goodbye");
        }
        screen_.complain(message && !message->text.empty() ? "not delivered: " + message->text
                                                           : std::string("a command was not delivered"));
    }
}

void Session::complain(const std::string& what, const pier::Error& error) {
    std::string sentence = what + ": " + pier::describe(error);
    if (const std::string_view help = pier::advice(error); !help.empty()) sentence.append("; ").append(help);
    screen_.complain(sentence);
}

}  // namespace chat_client
