#include "chat.hpp"

#include "screen.hpp"
#include "session.hpp"
#include "transport.hpp"

#include <pier/chat/command.hpp>
#include <pier/chat/text.hpp>
#include <pier/chat/token.hpp>
#include <pier/cli/keyboard.hpp>
#include <pier/cli/program.hpp>
#include <pier/loop.hpp>
#include <pier/process/line_input.hpp>
#include <pier/scope.hpp>
#include <pier/sleep.hpp>
#include <pier/stop.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace chat_client {
namespace {

using namespace pier::chat;

pier::Time now() { return pier::this_loop().now(); }

// What one typed line does.
class Deed {
public:
    Deed(Session& session, Screen& screen) noexcept : session_(session), screen_(screen) {}

    void operator()(SayLine& line) { session_.say(std::move(line.text), now()); }
    void operator()(TellLine& line) { session_.tell(std::move(line.name), std::move(line.text), now()); }
    void operator()(NickLine& line) { session_.nick(std::move(line.name), now()); }
    void operator()(WhoLine&) { session_.who(now()); }
    void operator()(HelpLine&) { screen_.show(help()); }
    void operator()(QuitLine&) { session_.quit(now()); }
    void operator()(EmptyLine&) {}
    void operator()(WrongLine& line) { screen_.complain(line.sentence); }

private:
    Session& session_;
    Screen& screen_;
};

class Client {
public:
    explicit Client(const Options& options) noexcept : options_(options) {}

    pier::Task<int> run() {
        const auto nonce = random_token();
        if (!nonce) {
            pier::say(program, "the system gives no randomness, and without it a stranger could talk in our name");
            co_return 1;
        }
        const int refused = co_await open();
        if (refused != 0) co_return refused;
        session_.emplace(options_, screen_, *nonce, now());
        co_return co_await talk();
    }

private:
    // 0, or the exit status after a sentence.
    pier::Task<int> open() {
        const pier::Deadline deadline = pier::absolute(pier::after(options_.timeout));
        auto found = co_await options_.server.resolve(deadline);
        const std::string what = "joining " + options_.server.to_string();
        if (!found) co_return pier::complain(program, what, found.error());
        if (!options_.tcp) {
            const auto opened = transport_.open(std::move(*found));
            co_return opened ? 0 : pier::complain(program, what, opened.error());
        }
        const auto connected = co_await transport_.connect(std::move(*found), deadline);
        co_return connected ? 0 : pier::complain_of_connect(program, what, connected.error());
    }

    pier::Task<int> talk() {
        // Before the keyboard, which would leave an interrupt to the system.
        auto requests = pier::StopRequests::open();
        auto keyboard = pier::Keyboard::open();
        if (!keyboard) co_return pier::complain(program, "reading the keyboard", keyboard.error());
        pier::TaskScope scope;
        scope.spawn(receive());
        if (requests) scope.spawn(wait_for_stop(**requests));
        if (*keyboard != nullptr) {
            screen_.edit(&editor_);
            scope.spawn(read_keys(**keyboard));
            scope.spawn(draw_again(**keyboard));
        } else {
            scope.spawn(read_lines());
        }
        co_await send();
        scope.cancel();
        (void)co_await scope.join();
        screen_.edit(nullptr);
        transport_.finish();
        co_return screen_.failed() ? 1 : session_->status();
    }

    // Sends what there is, and calls the session when its time has come; until it is over and all is sent.
    pier::Task<void> send() {
        for (;;) {
            session_->changed().reset();
            while (!session_->outgoing().empty()) {
                const Bytes packet = std::move(session_->outgoing().front());
                session_->outgoing().pop_front();
                auto sent = co_await transport_.send(packet);
                if (!sent) session_->broke(sent.error());
            }
            if (session_->over()) co_return;
            if (screen_.failed()) session_->end(1, {});
            auto told = co_await session_->changed().wait(pier::at(session_->next()));
            if (!told) session_->tick(now());
            progress_.set();
        }
    }

    pier::Task<void> receive() {
        std::array<std::byte, longest_packet + 1> buffer;
        for (;;) {
            auto got = co_await transport_.receive(buffer);
            if (!got && got.error() == pier::Errc::operation_canceled) co_return;
            if (!got) {
                session_->broke(got.error());
                if (session_->over()) co_return;
                if (!session_->joined() && got.error() == pier::Errc::connection_refused) transport_.turn_to_next();
            } else if (!*got) {
                session_->ended_by_server();
                co_return;
            } else {
                session_->take(std::span(buffer).first(**got), now());
                progress_.set();
            }
        }
    }

    // Ctrl-C and the like: goodbye, or at the second time without one.
    pier::Task<void> wait_for_stop(pier::StopRequests& requests) {
        for (;;) {
            auto came = co_await requests.wait();
            if (!came) co_return;
            if (session_->leaving()) session_->end(1, {});
            session_->quit(now());
        }
    }

    pier::Task<void> read_lines() {
        pier::LineInput input;
        for (;;) {
            // The rest of a line that was refused for its length is no line of its own.
            const bool is_rest = input.continues();
            auto line = co_await input.next();
            if (!line && line.error() == pier::Errc::operation_canceled) co_return;
            if (!line) screen_.complain("reading the input: " + pier::describe(line.error()));
            if (!line || !*line) break;
            if (is_rest) continue;
            const bool may = co_await wait_for_place();
            if (!may) co_return;
            obey(**line);
            if ((*line)->size() > longest_line) session_->note_undelivered();
        }
        const bool may = co_await wait_for_place();
        if (may) session_->quit(now());
    }

    // Until the server will take one more line. False: it is over.
    pier::Task<bool> wait_for_place() {
        for (;;) {
            if (session_->over() || session_->leaving()) co_return false;
            progress_.reset();
            const pier::Time when = session_->joined() ? session_->pace(now()) : pier::never;
            if (when <= now()) co_return true;
            auto told = co_await progress_.wait(pier::at(when));
            if (!told && told.error() == pier::Errc::operation_canceled) co_return false;
        }
    }

    pier::Task<void> read_keys(pier::Keyboard& keyboard) {
        for (;;) {
            auto typed = co_await keyboard.next();
            if (!typed && typed.error() == pier::Errc::operation_canceled) co_return;
            if (!typed || !*typed) break;
            const pier::LineEditor::Typed result = editor_.take(**typed);
            screen_.draw();
            if (result.refused) screen_.bell();
            for (const std::string& line : result.lines) obey(line);
            if (result.ended) break;
        }
        session_->quit(now());
    }

    pier::Task<void> draw_again(pier::Keyboard& keyboard) {
        for (;;) {
            keyboard.changed().reset();
            auto told = co_await keyboard.changed().wait();
            if (!told) co_return;
            screen_.draw();
        }
    }

    void obey(const std::string& text) {
        Line line = parse_line(text);
        std::visit(Deed(*session_, screen_), line);
    }

    const Options& options_;
    Transport transport_;
    Screen screen_;
    pier::LineEditor editor_{"> ", longest_line};
    std::optional<Session> session_;
    pier::Event progress_;  // something has come of what is on its way
};

}  // namespace

pier::Task<int> run(const Options& options) {
    Client client(options);
    co_return co_await client.run();
}

}  // namespace chat_client
