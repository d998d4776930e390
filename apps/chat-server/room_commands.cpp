// What members say, and what comes of it.
#include "room.hpp"

#include <pier/chat/name.hpp>
#include <pier/chat/text.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace chat_server {

using namespace pier::chat;

namespace {

// Of a line whose number says that so many before it were lost, no more is believed.
constexpr std::uint32_t most_lost_at_once = 64;

bool same_letters(std::string_view a, std::string_view b) noexcept {
    constexpr auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, small, small);
}

}  // namespace

void Room::take(Member& member, const Data& data, pier::Time now) {
    for (const std::string& bytes : member.link.take(data)) {
        const auto message = parse_message(bytes);
        if (message && message->kind <= MessageKind::bye) {
            if (!member.leaving) obey(member, *message, now);
        } else {
            ++noise_;
        }
    }
    send(member.address, {.token = member.token, .body = member.link.ack()});
}

void Room::obey(Member& member, const Message& message, pier::Time now) {
    if (message.kind == MessageKind::bye) {
        leave(member, "left");
        return post(member, {.kind = MessageKind::farewell});
    }
    const bool allowed = may(member, now);
    if (message.kind == MessageKind::say) return say(member, message, allowed);
    if (!allowed) return;
    switch (message.kind) {
        case MessageKind::tell:
            return tell(member, message);
        case MessageKind::nick:
            return rename(member, message.name);
        default:
            return list(member);
    }
}

bool Room::may(Member& member, pier::Time now) {
    if (member.bucket.full(now)) member.flooding = false;
    if (member.bucket.take(now)) return true;
    if (!std::exchange(member.flooding, true)) {
        note(member, "too fast: " + std::to_string(options_.burst) + " lines at once and " +
                         std::to_string(options_.rate) + " a second are taken; what is more is dropped");
    }
    return false;
}

void Room::say(Member& member, const Message& message, bool allowed) {
    if (message.number > member.said) {
        member.relayed += std::min(message.number - member.said - 1, most_lost_at_once);
        member.said = message.number;
    }
    std::string text = clean(message.text);
    if (!allowed || text.empty()) return;
    post_to_all({.kind = MessageKind::said,
                 .id = member.id,
                 .number = ++member.relayed,
                 .name = member.name,
                 .text = std::move(text)});
}

void Room::tell(Member& member, const Message& message) {
    const std::string wanted = clean(message.name, longest_name);
    const auto found = names_.find(look_of(wanted));
    if (found == names_.end()) return note(member, "nobody here is called " + wanted);
    Member& to = *found->second;
    // A private line is not for somebody whose name only looks like it.
    if (!same_letters(to.name, wanted))
        return note(member, "nobody here is called " + wanted + ", but " + to.name + " is");
    std::string text = clean(message.text);
    note(member, "to " + to.name + ": " + text);
    post(to, {.kind = MessageKind::told, .number = ++to.told, .name = member.name, .text = std::move(text)});
}

void Room::rename(Member& member, const std::string& name) {
    if (std::string why = obstacle(name, &member); !why.empty()) return note(member, std::move(why));
    if (name == member.name) return;
    if (std::string look = look_of(name); look != member.look) {
        names_.emplace(look, &member);
        forget_name(member);
        member.look = std::move(look);
    }
    const std::string before = std::exchange(member.name, name);
    post_to_all({.kind = MessageKind::renamed, .id = member.id, .name = before, .other = name});
}

void Room::list(Member& member) {
    std::vector<std::string_view> names;
    for (const auto& [look, each] : names_) names.push_back(each->name);
    std::ranges::sort(names);
    std::string line = "here (" + std::to_string(names.size()) + "):";
    for (std::size_t i = 0; i < names.size(); ++i) {
        line.append(" ").append(names[i]);
        if (i + 1 < names.size()) line.append(",");
        if (line.size() + longest_name + 2 > longest_line) {
            note(member, line);
            line = "and";
        }
    }
    if (line != "and") note(member, std::move(line));
}

void Room::leave(Member& member, std::string_view reason) {
    forget_name(member);
    member.leaving = true;  // to itself it is no news
    post_to_all({.kind = MessageKind::left, .id = member.id, .name = member.name, .text = std::string(reason)});
}

void Room::note(Member& member, std::string text) {
    post(member, {.kind = MessageKind::note, .text = std::move(text)});
}

void Room::post(Member& member, const Message& message) {
    (void)member.link.post(encode(message));  // of too many the oldest is lost, and the number of the next one tells
    touch(member);
}

void Room::post_to_all(const Message& message) {
    const std::string bytes = encode(message);
    for (const auto& [address, member] : members_) {
        if (member->leaving) continue;
        (void)member->link.post(bytes);
        touch(*member);
    }
}

}  // namespace chat_server
