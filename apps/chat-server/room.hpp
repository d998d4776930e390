// The room: who is in it, and what each of them is sent. It reads packets and fills outlets; sockets, tasks and the
// clock are others' matter.
#pragma once

#include "member.hpp"
#include "outlet.hpp"

#include <pier/chat/message.hpp>
#include <pier/chat/packet.hpp>
#include <pier/sync/event.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chat_server {

struct RoomOptions {
    pier::Duration timeout = std::chrono::seconds(30);  // who is silent for so long is gone
    std::size_t most_clients = 256;
    std::uint16_t burst = 20;  // lines at once
    std::uint16_t rate = 10;   // lines a second
};

// Confined to one loop. What allocates may throw std::bad_alloc; then a packet has been lost, as by a network.
class Room {
public:
    static constexpr std::size_t most_candidates = 64;  // the oldest one gives way
    static constexpr std::size_t most_departed = 1024;  // likewise

    explicit Room(const RoomOptions& options) noexcept : options_(options) {}
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    // Something has come.
    void take(Outlet& outlet, const pier::Endpoint& from, std::span<const std::byte> bytes, pier::Time now);
    // A connection, or a socket, is over: whoever came by it has left.
    void forget(Outlet& outlet, std::string_view reason, pier::Time now);
    // Sends again, and dismisses the silent. To be called when next() has come.
    void tick(pier::Time now);
    [[nodiscard]] pier::Time next() const noexcept { return next_; }
    // Set when next() has become earlier. Reset by who waits.
    [[nodiscard]] pier::Event& sooner() noexcept { return sooner_; }
    // Tells everybody that it is over, and closes the connections' outlets.
    void close(std::string_view reason);

    // Datagrams that were none of the chat's.
    [[nodiscard]] std::uint64_t noise() const noexcept { return noise_; }
    [[nodiscard]] pier::Duration timeout() const noexcept { return options_.timeout; }

private:
    using Members = std::map<Address, std::unique_ptr<Member>>;

    void join(const Address& from, const pier::chat::Join& join, pier::Time now);
    void welcome(const Address& to, std::uint64_t nonce, std::uint64_t token, std::uint32_t id);
    // Why nobody, or nobody but `except`, can have that name here; empty when there is no reason.
    [[nodiscard]] std::string obstacle(std::string_view name, const Member* except) const;
    void refuse(const Address& to, std::uint64_t nonce, std::string_view reason);
    // The member that sent it, after it has become one if it was a candidate. Null: noise, or refused.
    Member* find(const Address& from, std::uint64_t token, pier::Time now);
    Member* admit(const Address& from, Candidate candidate, pier::Time now);

    void take(Member& member, const pier::chat::Data& data, pier::Time now);
    void obey(Member& member, const pier::chat::Message& message, pier::Time now);
    [[nodiscard]] bool may(Member& member, pier::Time now);
    void say(Member& member, const pier::chat::Message& message, bool allowed);
    void tell(Member& member, const pier::chat::Message& message);
    void rename(Member& member, const std::string& name);
    void list(Member& member);
    void leave(Member& member, std::string_view reason);

    void note(Member& member, std::string text);
    void post(Member& member, const pier::chat::Message& message);
    void post_to_all(const pier::chat::Message& message);
    void send(const Address& to, const pier::chat::Packet& packet);
    // Its link may have something to send: flush() looks.
    void touch(Member& member);
    void flush(pier::Time now);
    void dismiss(Members::iterator at, std::string_view reason, bool tell_it);
    void forget_name(const Member& member) noexcept;
    void note_departed(const Member& member);
    void wake_by(pier::Time time) noexcept;

    const RoomOptions options_;
    Members members_;
    std::map<std::string, Member*, std::less<>> names_;  // by look
    std::map<Address, Candidate> candidates_;
    std::vector<Member*> touched_;
    // Tokens of who has left. What they sent again before they knew that it had arrived is no noise.
    std::deque<std::uint64_t> departed_;
    std::uint32_t last_id_ = 0;
    std::uint64_t noise_ = 0;
    pier::Time next_ = pier::never;
    pier::Event sooner_;
};

}  // namespace chat_server
