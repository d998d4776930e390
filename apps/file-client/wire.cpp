#include "wire.hpp"

#include "program.hpp"

#include <pier/cli/place.hpp>
#include <pier/cli/program.hpp>
#include <pier/socket/connect_by_name.hpp>

#include <algorithm>
#include <utility>

namespace file_client {
namespace {

std::string place_of(const Options& options) { return options.server.to_string(); }

void say(const std::string& sentence) { pier::say(program, sentence); }

}  // namespace

void complain_of_server(const Options& options, const pier::Error& error) {
    switch (error.condition) {
        case pier::Errc::operation_canceled:
            return;
        case pier::Errc::end_of_stream:
            return say(place_of(options) + ": the server has ended the connection too early");
        case pier::Errc::message_size:
        case pier::Errc::protocol_error:
            return say(place_of(options) + ": what answers there is no pier-file-server, or one of another version");
        case pier::Errc::timed_out:
            return say(place_of(options) + ": the server is silent; --timeout says for how long it may be");
        default:
            pier::complain(program, "talking with " + place_of(options), error);
    }
}

pier::Task<std::optional<pier::transfer::Answer>> Wire::ask(pier::transfer::Request request) {
    const pier::Deadline limit = pier::absolute(pier::after(options_.timeout));
    auto found = co_await options_.server.resolve(limit);
    if (!found) {
        if (found.error() == pier::Errc::operation_canceled) co_return std::nullopt;
        pier::complain(program, "finding " + place_of(options_), found.error());
        co_return std::nullopt;
    }
    auto connected = co_await pier::connect_to_first(std::move(*found), limit);
    if (!connected) {
        if (connected.error() == pier::Errc::operation_canceled) co_return std::nullopt;
        pier::complain_of_connect(program, "connecting to " + place_of(options_), connected.error());
        co_return std::nullopt;
    }
    stream_ = std::move(*connected);
    std::string lines = std::string(pier::transfer::version_line) + "\n" + to_line(request);
    auto sent = co_await stream_.send_all(std::as_bytes(std::span(lines)), pier::after(options_.timeout));
    // A server that has refused already may have closed: its answer says more than the failure to send.
    auto version = co_await next_line();
    if (!version) {
        complain_of_server(options_, sent ? version.error() : sent.error());
        co_return std::nullopt;
    }
    auto line = co_await next_line();
    if (!line && *version == pier::transfer::version_line) {
        complain_of_server(options_, line.error());
        co_return std::nullopt;
    }
    auto answer = pier::transfer::parse_answer(line.value_or(std::string()));
    if (!answer || *version != pier::transfer::version_line) {
        complain_of_server(options_, {pier::Errc::protocol_error, 0});
        co_return std::nullopt;
    }
    co_return answer;
}

pier::Task<pier::Result<void>> Wire::fill() {
    auto got = co_await stream_.receive(std::span(buffer_), pier::after(options_.timeout));
    if (!got) co_return pier::fail(got.error());
    if (*got == 0) co_return pier::fail(pier::Errc::end_of_stream);
    begin_ = 0;
    end_ = *got;
    co_return {};
}

pier::Task<pier::Result<std::string>> Wire::next_line() {
    std::string line;
    for (;;) {
        if (begin_ == end_) {
            auto filled = co_await fill();
            if (!filled) co_return pier::fail(filled.error());
        }
        const auto* from = reinterpret_cast<const char*>(buffer_.data());
        const char* found = std::find(from + begin_, from + end_, '\n');
        line.append(from + begin_, found);
        begin_ = static_cast<std::size_t>(found - from);
        if (line.size() > pier::transfer::longest_line) co_return pier::fail(pier::Errc::message_size);
        if (begin_ == end_) continue;
        ++begin_;
        co_return line;
    }
}

pier::Task<pier::Result<std::span<const std::byte>>> Wire::next_bytes(std::uint64_t most) {
    if (begin_ == end_) {
        auto filled = co_await fill();
        if (!filled) co_return pier::fail(filled.error());
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(most, end_ - begin_));
    const std::span<const std::byte> bytes = std::span(buffer_).subspan(begin_, size);
    begin_ += size;
    co_return bytes;
}

pier::Task<void> Wire::thank() {
    const std::string line = std::string(pier::transfer::thanks_line) + "\n";
    (void)co_await stream_.send_all(std::as_bytes(std::span(line)), pier::after(options_.timeout));
    stream_.close();
}

}  // namespace file_client
