#include "run/session.hpp"

#include "run/ways.hpp"

#include <pier/sys/process.hpp>
#include <pier/task/race.hpp>

#include <array>
#include <chrono>
#include <span>
#include <utility>
#include <variant>

namespace ipc {
namespace {

using namespace std::chrono_literals;

// Nothing here takes so long, also on a busy machine.
constexpr pier::Duration patience = 60s;
// For a process that has no more to do.
constexpr pier::Duration patience_with_end = 10s;
// A connection that breaks may be the first sign of the end of its process.
constexpr pier::Duration patience_with_cause = 2s;
constexpr pier::Duration patience_with_interrupt = 100ms;

constexpr std::string_view by_second = "the second process: ";

std::string sentence_of(const pier::ProcessEnd& end, const std::string& doing) {
    std::string sentence("the second process has ended (");
    return sentence.append(end.describe()).append(") while ").append(doing);
}

Fault interrupted() { return {.sentence = "interrupted", .interrupted = true}; }

pier::Task<void> wait_for_user(pier::StopRequests* requests) {
    if (requests != nullptr) {
        (void)co_await requests->wait();
        co_return;
    }
    pier::Event never;
    (void)co_await never.wait();  // until the race is over
}

}  // namespace

Session::~Session() {
    if (process_ == nullptr) return;
    (void)process_->kill();  // success, too, where it has ended
    (void)process_->wait_here(pier::after(patience_with_end));
}

pier::Task<OrFault<std::unique_ptr<Session>>> Session::open(const Kind& kind, Way way, pier::StopRequests* requests) {
    std::unique_ptr<Session> session(new Session(kind, way, requests));
    auto begun = co_await session->begin();
    if (!begun) co_return std::unexpected(std::move(begun.error()));
    co_return std::move(session);
}

pier::Task<OrFault<void>> Session::begin() {
    auto host = make_host(kind_, way_);
    if (!host) co_return std::unexpected(std::move(host.error()));
    host_ = std::move(*host);
    const pier::Loop& loop = pier::this_loop();
    pier::ProcessOptions options{
        .program = pier::sys::own_program(),
        .arguments = {std::string(child_word), std::string(kind_.name), std::string(name_of(way_)),
                      std::string(loop.engine_name()), std::to_string(loop.busy_poll().count())},
        .input = pier::Redirect::pipe(),
        .output = pier::Redirect::pipe()};
    const Invitation& invitation = host_->invitation();
    options.arguments.insert(options.arguments.end(), invitation.words.begin(), invitation.words.end());
    options.inherited = invitation.inherited;
    auto process = pier::Process::spawn(options);
    if (!process) co_return fault("starting a second process", process.error());
    process_ = std::make_unique<pier::Process>(std::move(*process));
    auto answers = pier::PipeStream::adopt(std::move(process_->output()), {});
    if (!answers) co_return fault("listening to the second process", answers.error());
    answers_ = std::move(*answers);
    auto met = co_await guarded(meet(), "both were opening the way to talk");
    co_return met;
}

pier::Task<OrFault<void>> Session::meet() {
    auto side = co_await host_->meet(*process_);
    if (!side) co_return std::unexpected(std::move(side.error()));
    side_ = std::move(*side);
    auto heard = co_await hear();
    // Both have it open by then. What bare system calls have made is nothing that "pier-ipc clean" knows: its names go
    // now, so that none is left when this process is killed.
    if (heard && way_ == Way::raw) host_.reset();
    co_return heard;
}

pier::Task<OrFault<pier::Duration>> Session::transfer(Direction direction, Load load) {
    std::string doing(direction == Direction::there ? "it was receiving " : "it was sending ");
    doing.append(std::to_string(load.count)).append(load.size == 0 ? " tokens" : " messages of ");
    if (load.size > 0) doing.append(std::to_string(load.size)).append(" bytes");
    const auto begun = std::chrono::steady_clock::now();
    auto moved = co_await guarded(transfer_here(direction, load), std::move(doing));
    if (!moved) co_return std::unexpected(std::move(moved.error()));
    co_return std::chrono::steady_clock::now() - begun;
}

pier::Task<OrFault<void>> Session::transfer_here(Direction direction, Load load) {
    const bool there = direction == Direction::there;
    auto told = order({.what = there ? Order::Do::receive : Order::Do::send, .load = load});
    if (!told) co_return told;
    if (there) {
        auto sent = co_await side_->send(load);
        if (!sent) co_return sent;
    } else {
        auto received = co_await side_->receive(load);
        if (!received) co_return received;
    }
    co_return co_await hear();
}

pier::Task<OrFault<pier::Latency>> Session::ask(std::uint64_t rounds) {
    auto asked = co_await guarded(ask_here(rounds), "it was answering " + std::to_string(rounds) + " questions");
    co_return asked;
}

pier::Task<OrFault<pier::Latency>> Session::ask_here(std::uint64_t rounds) {
    auto told = order({.what = Order::Do::answer, .load = {.size = 0, .count = rounds}});
    if (!told) co_return std::unexpected(std::move(told.error()));
    auto latency = co_await side_->ask(rounds);
    if (!latency) co_return latency;
    auto heard = co_await hear();
    if (!heard) co_return std::unexpected(std::move(heard.error()));
    co_return latency;
}

pier::Task<OrFault<void>> Session::end() {
    process_->input().close();
    auto end = co_await process_->wait(pier::after(patience_with_end));
    if (!end) co_return fault("waiting for the end of the second process", end.error());
    if (end->succeeded()) co_return {};
    co_return fault(sentence_of(*end, "it had nothing more to do"));
}

OrFault<void> Session::order(Order order) {
    auto written = process_->input().write(order.line(), pier::after(patience));
    if (!written) return fault("telling the second process what to do", written.error());
    return {};
}

// Its word that it has done as it was told.
pier::Task<OrFault<void>> Session::hear() {
    for (;;) {
        if (const std::size_t end = heard_.find('\n'); end != std::string::npos) {
            const std::string line = heard_.substr(0, end);
            heard_.erase(0, end + 1);
            if (line == done_word) co_return {};
            if (line.starts_with(fault_word)) {
                co_return fault(std::string(by_second).append(line.substr(fault_word.size())));
            }
            co_return fault("the second process says \"" + line + "\", which is no answer");
        }
        std::array<std::byte, 512> text{};
        auto got = co_await answers_.receive(text);
        if (!got) co_return fault("hearing the second process", got.error());
        if (*got == 0) co_return fault("the second process has closed its output");
        heard_.append(reinterpret_cast<const char*>(text.data()), *got);
    }
}

template <class T>
pier::Task<OrFault<T>> Session::guarded(pier::Task<OrFault<T>> work, std::string doing) {
    auto all = pier::race(std::move(work), process_->wait(pier::after(patience)), wait_for_user(requests_));
    auto first = co_await std::move(all);
    Fault trouble;
    if (auto* outcome = std::get_if<0>(&first)) {
        if (*outcome) co_return std::move(*outcome);
        trouble = std::move(outcome->error());
    } else if (const auto* end = std::get_if<1>(&first)) {
        if (!*end && end->error() == pier::Errc::timed_out) {
            trouble.sentence = std::string("nothing has come of it for a minute while ").append(doing);
            co_return std::unexpected(std::move(trouble));
        }
    } else {
        co_return std::unexpected(interrupted());
    }
    auto cause = co_await explain(std::move(trouble), std::move(doing));
    co_return std::unexpected(std::move(cause));
}

// The second process's own words say most, then how it ended, then what was seen of it here.
pier::Task<Fault> Session::explain(Fault fault, std::string doing) {
    if (fault.sentence.starts_with(by_second)) co_return fault;
    auto end = co_await process_->wait(pier::after(patience_with_cause));
    if (!end) co_return fault;
    // A terminal interrupts both. The second process may end of it before it has left that to this one.
    if (requests_ != nullptr && end->crashed()) {
        auto asked = co_await requests_->wait(pier::after(patience_with_interrupt));
        if (asked) co_return interrupted();
    }
    auto last = co_await hear();
    if (!last && last.error().sentence.starts_with(by_second)) co_return std::move(last.error());
    co_return Fault{.sentence = sentence_of(*end, doing)};
}

}  // namespace ipc
