#include "conversation.hpp"

#include "file_digest.hpp"
#include "walk.hpp"

#include <pier/file.hpp>
#include <pier/bytes/line_reader.hpp>
#include <pier/loop.hpp>
#include <pier/socket/send_file.hpp>
#include <pier/sync/event.hpp>
#include <pier/task/on_worker.hpp>
#include <pier/task/or_return.hpp>
#include <pier/task/with_scope.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace file_server {
namespace {

using pier::or_return;
using pier::Result;
using pier::Task;
using pier::transfer::Refusal;
using pier::transfer::Sha256Digest;
using pier::transfer::Trailer;

// What has to go within one time: a client that takes less than this is as good as gone.
constexpr std::uint64_t piece = 1024 * 1024;

// While a digest takes longer than the content, a sign of life goes to the client.
constexpr pier::Duration between_signs = std::chrono::seconds(2);

std::string first_line() { return std::string(pier::transfer::version_line) + "\n"; }

// Everything that changes when somebody writes to the file or puts another one in its place.
std::string token_of(const pier::sys::FileFacts& facts) {
    std::string token;
    for (const std::uint64_t number :
         {facts.size, static_cast<std::uint64_t>(facts.modified), facts.volume, facts.number}) {
        char digits[16];
        const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, number, 16);
        if (!token.empty()) token += '-';
        token.append(digits, end);
    }
    return token;
}

Refusal refusal_of(const pier::Error& error) noexcept {
    switch (error.condition) {
        case pier::Errc::file_not_found:
            return Refusal::not_found;
        case pier::Errc::permission_denied:
            return Refusal::no_permission;
        case pier::Errc::is_a_directory:
            return Refusal::is_folder;
        case pier::Errc::not_a_regular_file:
            return Refusal::not_a_file;
        default:
            return Refusal::failed;
    }
}

class Conversation {
public:
    Conversation(pier::Stream client, std::shared_ptr<const Shares> shares, pier::Duration silence)
        : client_(std::move(client)),
          shares_(std::move(shares)),
          silence_(silence),
          lines_(client_, pier::transfer::longest_line) {}

    Task<Result<void>> run() {
        const pier::Deadline limit = pier::absolute(pier::after(silence_));
        auto version = co_await or_return(co_await lines_.next(limit));
        if (!version) co_return {};  // somebody who only looked whether there is a server
        if (*version != pier::transfer::version_line) co_return co_await refuse(Refusal::version);
        auto line = co_await or_return(co_await lines_.next(limit));
        const auto request = pier::transfer::parse_request(line.value_or(std::string()));
        if (!request) co_return co_await refuse(Refusal::bad_request);
        const auto* get = std::get_if<pier::transfer::GetRequest>(&*request);
        auto answered = get != nullptr ? answer(*get) : list();
        co_return co_await std::move(answered);
    }

private:
    // The text must live until the task has ended.
    Task<Result<void>> say(const std::string& text) {
        co_return co_await client_.send_all(std::as_bytes(std::span(text)), pier::after(silence_));
    }

    // Who asks for what there isn't is no failure; who doesn't speak the protocol is.
    Task<Result<void>> refuse(Refusal why) {
        const std::string answer = first_line() + to_line(why);
        co_await or_return(co_await say(answer));
        co_await or_return(client_.finish());
        // The client's end, so that what it may still send doesn't turn the close into a reset of this answer.
        auto rest = co_await lines_.next(pier::after(silence_));
        const bool stranger = why == Refusal::version || why == Refusal::bad_request;
        if (stranger) co_return pier::fail(pier::Errc::protocol_error);
        if (!rest) co_return pier::fail(rest.error());
        co_return {};
    }

    // The last byte has gone; the client says when it has it all.
    Task<Result<void>> part() {
        co_await or_return(client_.finish());
        auto thanks = co_await or_return(co_await lines_.next(pier::after(silence_)));
        if (thanks.value_or(std::string()) != pier::transfer::thanks_line)
            co_return pier::fail(pier::Errc::end_of_stream);
        co_return {};
    }

    Task<Result<void>> list() {
        const std::string head = first_line() + to_line(pier::transfer::ListHeader{});
        co_await or_return(co_await say(head));
        const auto walk = std::make_shared<Walk>(shares_);
        for (;;) {
            auto next = [walk] { return walk->next(); };
            auto lines = co_await or_return(co_await pier::on_worker(std::move(next)));
            if (lines.empty()) break;
            co_await or_return(co_await say(lines));
        }
        const std::string end = to_line(pier::transfer::ListLine(walk->end()));
        co_await or_return(co_await say(end));
        co_return co_await part();
    }

    Task<Result<void>> answer(const pier::transfer::GetRequest& request) {
        auto look = [shares = shares_, name = request.name] { return shares->find(name); };
        auto found = co_await or_return(co_await pier::on_worker(std::move(look)));
        if (found.refusal) co_return co_await refuse(*found.refusal);
        auto file = co_await pier::File::open(found.path);
        if (!file) co_return co_await refuse(refusal_of(file.error()));
        const auto facts = pier::sys::facts_of(file->native_handle());
        if (!facts) co_return co_await refuse(Refusal::failed);
        if (!shares_->is_inside(request.name, file->native_handle())) co_return co_await refuse(Refusal::not_found);
        co_return co_await send(request, *file, *facts, found.path);
    }

    Task<Result<void>> send(const pier::transfer::GetRequest& request, const pier::File& file,
                            const pier::sys::FileFacts& facts, const std::string& path) {
        pier::transfer::FileHeader header{
            .size = facts.size, .modified = facts.modified, .token = token_of(facts), .offset = 0};
        if (request.token == header.token && request.offset <= facts.size) header.offset = request.offset;
        const std::string head = first_line() + to_line(header);
        co_await or_return(co_await say(head));

        Digestion digestion(path, facts);
        const bool digest_meanwhile = request.digest && !pier::this_loop().traits().one_at_a_time;
        auto both = [&](pier::TaskScope& scope) -> Task<Result<void>> {
            if (digest_meanwhile) scope.spawn(digest(digestion));
            co_await or_return(co_await send_content(file, header.offset, facts.size));
            if (digest_meanwhile) co_return co_await wait_for(digestion);
            if (request.digest) co_return co_await digest_now(digestion);
            co_return {};
        };
        co_await or_return(co_await pier::with_scope(std::move(both)));
        const auto now = pier::sys::facts_of(file.native_handle());
        const bool changed = !now || token_of(*now) != header.token || (request.digest && !digestion.digest);
        const std::string last = to_line(trailer(changed, digestion.digest));
        co_await or_return(co_await say(last));
        co_return co_await part();
    }

    struct Digestion {
        Digestion(const std::string& path, const pier::sys::FileFacts& facts) : of(path, facts) {}
        FileDigest of;
        pier::Event over;
        std::optional<Sha256Digest> digest;  // none where the file has changed, or can't be read
    };

    // Beside the sending.
    static Task<void> digest(Digestion& digestion) {
        for (;;) {
            auto last = co_await digestion.of.step();
            if (last && !*last) continue;
            if (last) digestion.digest = digestion.of.digest();
            digestion.over.set();
            co_return;
        }
    }

    // Behind the sending, the client is told that the server is still there.
    Task<Result<void>> wait_for(Digestion& digestion) {
        while (!digestion.over.is_set()) {
            auto over = co_await digestion.over.wait(pier::after(between_signs));
            if (over) break;
            if (over.error() != pier::Errc::timed_out) co_return pier::fail(over.error());
            const std::string sign = to_line(Trailer(pier::transfer::Digesting{}));
            co_await or_return(co_await say(sign));
        }
        co_return {};
    }

    // Where there is one operation at a time.
    Task<Result<void>> digest_now(Digestion& digestion) {
        pier::Time told = pier::this_loop().now();
        for (;;) {
            auto last = co_await digestion.of.step();
            if (!last) co_return {};
            if (*last) break;
            if (pier::this_loop().now() - told < between_signs) continue;
            const std::string sign = to_line(Trailer(pier::transfer::Digesting{}));
            co_await or_return(co_await say(sign));
            told = pier::this_loop().now();
        }
        digestion.digest = digestion.of.digest();
        co_return {};
    }

    static Trailer trailer(bool changed, const std::optional<Sha256Digest>& digest) {
        if (changed) return pier::transfer::Changed{};
        if (digest) return *digest;
        return pier::transfer::Sent{};
    }

    // A file that has become shorter can't be sent as it was announced. The connection's end tells that: the client
    // has counted.
    Task<Result<void>> send_content(const pier::File& file, std::uint64_t offset, std::uint64_t size) {
        while (offset < size) {
            const std::uint64_t part = std::min(piece, size - offset);
            auto sent = co_await client_.send_file(file, {.offset = offset, .size = part}, pier::after(silence_));
            if (!sent) co_return pier::fail(sent.error());
            if (*sent < part) co_return pier::fail(pier::Errc::end_of_stream);
            offset += *sent;
        }
        co_return {};
    }

    pier::Stream client_;
    const std::shared_ptr<const Shares> shares_;
    const pier::Duration silence_;
    pier::LineReader<pier::Stream> lines_;
};

}  // namespace

Task<Result<void>> converse(pier::Stream client, std::shared_ptr<const Shares> shares, pier::Duration silence) {
    Conversation conversation(std::move(client), std::move(shares), silence);
    co_return co_await conversation.run();
}

}  // namespace file_server
