// The client's side of a chat: what comes from the server, what goes to it, and when. It touches no socket and no
// clock.
#pragma once

#include "options.hpp"
#include "screen.hpp"

#include <pier/chat/bucket.hpp>
#include <pier/chat/command.hpp>
#include <pier/chat/gaps.hpp>
#include <pier/chat/link.hpp>
#include <pier/chat/message.hpp>
#include <pier/chat/packet.hpp>
#include <pier/sync/event.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>

namespace chat_client {

// Confined to one loop.
class Session {
public:
    // `nonce`: not to be guessed; tells the answers to this join from those to others.
    Session(const Options& options, Screen& screen, std::uint64_t nonce, pier::Time now);

    void take(std::span<const std::byte> bytes, pier::Time now);
    // The way to the server has ended, or said that nobody is there.
    void broke(const pier::Error& error);
    void ended_by_server();
    // To be called when next() has come: joins again, sends again, and notices that the server is silent.
    void tick(pier::Time now);
    [[nodiscard]] pier::Time next() const noexcept;

    // A line of the user's, which is no command of the client alone.
    void say(std::string text, pier::Time now);
    void tell(std::string name, std::string text, pier::Time now);
    void nick(std::string name, pier::Time now);
    void who(pier::Time now);
    // Says goodbye behind everything that was said.
    void quit(pier::Time now);
    // Ends without a goodbye, with the sentence, if there is one, on stderr.
    void end(int status, std::string_view sentence);

    [[nodiscard]] bool joined() const noexcept { return state_ == State::member; }
    [[nodiscard]] bool over() const noexcept { return state_ == State::over; }
    [[nodiscard]] bool leaving() const noexcept { return leaving_; }
    // A line could not be sent: so says the exit status at the end.
    void note_undelivered() noexcept { status_ = 1; }
    [[nodiscard]] int status() const noexcept { return status_; }
    // For input that comes faster than the server takes it: when the next line may go. `never` until something comes of
    // those that are on their way. Takes the place of the line if that is not later than `now`.
    [[nodiscard]] pier::Time pace(pier::Time now);
    // What is to be sent, oldest first; the sender takes it away.
    [[nodiscard]] std::deque<pier::chat::Bytes>& outgoing() noexcept { return outgoing_; }
    // Set at every change: there is something to send, next() is earlier, a state is new. Reset by who waits.
    [[nodiscard]] pier::Event& changed() noexcept { return changed_; }

private:
    // welcomed: there is a token, but nothing yet that shows that the server takes us for a member.
    enum class State : std::uint8_t { joining, welcomed, member, over };

    [[nodiscard]] bool entering() const noexcept { return state_ == State::joining || state_ == State::welcomed; }
    void join(pier::Time now);
    void welcome(const pier::chat::Welcome& welcome, std::uint64_t token, pier::Time now);
    void take_packet(const pier::chat::Packet& packet, pier::Time now);
    void show(const pier::chat::Message& message);
    void post(const pier::chat::Message& message, pier::Time now);
    void send(const pier::chat::Packet& packet);
    void send_due(pier::Time now);
    void tell_given_up();
    void complain(const std::string& what, const pier::Error& error);

    const Options& options_;
    Screen& screen_;
    const std::uint64_t nonce_;
    State state_ = State::joining;
    bool leaving_ = false;
    int status_ = 0;

    pier::Time give_up_;  // joining
    pier::Time join_again_;
    pier::Duration join_pause_;
    pier::Error refusal_{};  // what the system said of it

    std::uint64_t token_ = 0;
    std::uint32_t id_ = 0;
    pier::Duration timeout_{};
    pier::Time heard_{};
    pier::Time sent_{};
    pier::Time now_;  // of the last call
    pier::chat::Link link_;
    pier::chat::Bucket bucket_;
    pier::chat::Gaps gaps_;
    std::uint32_t said_ = 0;
    std::uint32_t told_ = 0;
    std::deque<pier::chat::Bytes> outgoing_;
    pier::Event changed_;
};

}  // namespace chat_client
