#include "room.hpp"

#include <pier/chat/name.hpp>
#include <pier/chat/text.hpp>
#include <pier/chat/token.hpp>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace chat_server {

using namespace pier::chat;

namespace {

// A client that wants to join answers at once, or has been invented.
constexpr pier::Duration patience = std::chrono::seconds(5);

std::uint32_t milliseconds(pier::Duration duration) noexcept {
    const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 1, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void Room::take(Outlet& outlet, const pier::Endpoint& from, std::span<const std::byte> bytes, pier::Time now) {
    const Address address{&outlet, from};
    const auto packet = parse_packet(bytes);
    if (packet && std::holds_alternative<Join>(packet->body)) return join(address, std::get<Join>(packet->body), now);
    Member* member = packet ? find(address, packet->token, now) : nullptr;
    if (member == nullptr) {
        const bool is_late = packet && std::ranges::find(departed_, packet->token) != departed_.end();
        if (!is_late) ++noise_;
        if (outlet.stream()) outlet.close();  // who talks nonsense in a connection will not stop
        return;
    }
    member->heard = now;
    if (const auto* data = std::get_if<Data>(&packet->body)) {
        take(*member, *data, now);
    } else if (const auto* ack = std::get_if<Ack>(&packet->body)) {
        member->link.take(*ack, now);
        touch(*member);
    } else if (std::holds_alternative<Ping>(packet->body)) {
        send(address, {.token = member->token, .body = Pong{}});
    } else {
        ++noise_;  // what a server says
    }
    flush(now);
}

void Room::join(const Address& from, const Join& join, pier::Time now) {
    // A member already, who has not heard of it yet.
    if (const auto member = members_.find(from); member != members_.end() && member->second->nonce == join.nonce) {
        return welcome(from, join.nonce, member->second->token, member->second->id);
    }
    if (const std::string why = obstacle(join.name, nullptr); !why.empty()) return refuse(from, join.nonce, why);
    auto at = candidates_.find(from);
    if (at == candidates_.end() || at->second.nonce != join.nonce) {
        const auto token = random_token();
        if (!token) return refuse(from, join.nonce, "the server has no randomness for a token");
        if (at == candidates_.end() && candidates_.size() == most_candidates) {
            candidates_.erase(
                std::ranges::min_element(candidates_, {}, [](const auto& each) { return each.second.since; }));
        }
        at = candidates_.insert_or_assign(from, Candidate{join.nonce, *token, ++last_id_, join.name, now}).first;
        wake_by(now + patience);
    }
    welcome(from, join.nonce, at->second.token, at->second.id);
}

void Room::welcome(const Address& to, std::uint64_t nonce, std::uint64_t token, std::uint32_t id) {
    send(to,
         {.token = token, .body = Welcome{nonce, id, milliseconds(options_.timeout), options_.burst, options_.rate}});
}

std::string Room::obstacle(std::string_view name, const Member* except) const {
    if (!is_name(name)) return std::string("this is no name here: a name is ").append(name_rule);
    const auto found = names_.find(look_of(name));
    if (found != names_.end() && found->second != except) {
        std::string why("the name ");
        why.append(name).append(found->second->name == name ? " is taken" : " looks like ");
        if (found->second->name != name) why.append(found->second->name).append(", who is here");
        return why;
    }
    if (except == nullptr && members_.size() >= options_.most_clients) {
        return "the room is full: " + std::to_string(options_.most_clients) + " are in it";
    }
    return {};
}

void Room::refuse(const Address& to, std::uint64_t nonce, std::string_view reason) {
    send(to, {.token = 0, .body = Refused{nonce, std::string(reason)}});
}

Member* Room::find(const Address& from, std::uint64_t token, pier::Time now) {
    if (const auto at = members_.find(from); at != members_.end() && at->second->token == token)
        return at->second.get();
    const auto at = candidates_.find(from);
    if (at == candidates_.end() || at->second.token != token) return nullptr;
    Candidate candidate = std::move(at->second);
    candidates_.erase(at);
    return admit(from, std::move(candidate), now);
}

Member* Room::admit(const Address& from, Candidate candidate, pier::Time now) {
    // A new program at the address of an old one.
    if (const auto before = members_.find(from); before != members_.end()) dismiss(before, "joined again", false);
    // Meanwhile somebody else may have come.
    if (const std::string why = obstacle(candidate.name, nullptr); !why.empty()) {
        refuse(from, candidate.nonce, why);
        return nullptr;
    }
    using enum Link::Repeats;
    auto made = std::make_unique<Member>(Member{.address = from,
                                                .nonce = candidate.nonce,
                                                .token = candidate.token,
                                                .id = candidate.id,
                                                .name = candidate.name,
                                                .look = look_of(candidate.name),
                                                .link = Link(from.outlet->stream() ? no : yes),
                                                .bucket = Bucket(options_.burst, options_.rate, now),
                                                .heard = now});
    Member& member = *members_.emplace(from, std::move(made)).first->second;
    names_.emplace(member.look, &member);
    wake_by(now + options_.timeout);
    post_to_all({.kind = MessageKind::joined, .id = member.id, .name = member.name});
    return &member;
}

void Room::forget(Outlet& outlet, std::string_view reason, pier::Time now) {
    std::erase_if(candidates_, [&](const auto& each) { return each.first.outlet == &outlet; });
    for (auto at = members_.begin(); at != members_.end();) {
        const auto each = at++;
        if (each->first.outlet == &outlet) dismiss(each, reason, false);
    }
    flush(now);
}

void Room::tick(pier::Time now) {
    std::erase_if(candidates_, [&](const auto& each) { return now - each.second.since >= patience; });
    std::vector<Address> silent;
    for (const auto& [address, member] : members_) {
        if (now - member->heard >= options_.timeout) silent.push_back(address);
        touch(*member);
    }
    const auto milli = milliseconds(options_.timeout);
    std::string reason = "silent for " + std::to_string(milli / 1000);
    if (milli % 1000 != 0) reason += "." + std::to_string(milli % 1000 / 100);
    for (const Address& address : silent) dismiss(members_.find(address), reason + " s", true);
    flush(now);
    next_ = pier::never;
    for (const auto& [address, candidate] : candidates_) next_ = std::min(next_, candidate.since + patience);
    for (const auto& [address, member] : members_) {
        next_ = std::min({next_, member->heard + options_.timeout, member->link.next()});
    }
}

void Room::close(std::string_view reason) {
    for (const auto& [address, member] : members_) {
        send(address, {.token = member->token, .body = Gone{std::string(reason)}});
        if (address.outlet->stream()) address.outlet->close();
    }
    names_.clear();
    touched_.clear();
    members_.clear();
    candidates_.clear();
    next_ = pier::never;
}

void Room::dismiss(Members::iterator at, std::string_view reason, bool tell_it) {
    note_departed(*at->second);
    const std::unique_ptr<Member> member = std::move(at->second);
    members_.erase(at);
    std::erase(touched_, member.get());
    forget_name(*member);
    struct Close {
        Outlet& outlet;
        ~Close() {
            if (outlet.stream()) outlet.close();
        }
    } close{*member->address.outlet};
    if (tell_it) send(member->address, {.token = member->token, .body = Gone{std::string(reason)}});
    if (!member->leaving) leave(*member, reason);
}

void Room::forget_name(const Member& member) noexcept {
    const auto at = names_.find(member.look);
    if (at != names_.end() && at->second == &member) names_.erase(at);
}

void Room::note_departed(const Member& member) {
    if (departed_.size() == most_departed) departed_.pop_front();
    departed_.push_back(member.token);
}

void Room::send(const Address& to, const Packet& packet) { (void)to.outlet->put(to.endpoint, encode(packet)); }

void Room::touch(Member& member) {
    if (member.touched) return;
    touched_.push_back(&member);
    member.touched = true;
}

void Room::flush(pier::Time now) {
    // One by one: without memory for one, the others stay in the list.
    while (!touched_.empty()) {
        Member* member = touched_.back();
        touched_.pop_back();
        member->touched = false;
        for (Data& data : member->link.due(now))
            send(member->address, {.token = member->token, .body = std::move(data)});
        (void)member->link.take_given_up();  // its reader sees the gap
        wake_by(member->link.next());
        // The answer to its goodbye has come, or was given up.
        if (member->leaving && member->link.open() == 0) {
            if (member->address.outlet->stream()) member->address.outlet->close();
            note_departed(*member);
            members_.erase(member->address);
        }
    }
}

void Room::wake_by(pier::Time time) noexcept {
    if (time >= next_) return;
    next_ = time;
    sooner_.set();
}

}  // namespace chat_server
