#include "session.hpp"

#include "program.hpp"

#include <pier/cli/link_trouble.hpp>
#include <pier/cli/program.hpp>
#include <pier/sys/clock.hpp>

#include <algorithm>
#include <utility>

namespace arp_scan {
namespace {

// Answers come within a millisecond, and nobody waits for a line that comes a little later.
constexpr std::chrono::milliseconds longest_delay{5};
// So often requests may follow each other before answers are looked at.
constexpr unsigned most_in_a_row = 32;
// When the interface's queue is full.
constexpr pier::Duration pause = std::chrono::milliseconds(1);

pier::packet::MacAddress mac_of(const pier::Interface& interface) {
    pier::packet::MacAddress::Octets octets{};
    std::ranges::copy(std::span(interface.hardware_address).first(octets.size()), octets.begin());
    return pier::packet::MacAddress(octets);
}

}  // namespace

Session::Session(const Options& options, pier::Interface interface)
    : options_(options),
      interface_(std::move(interface)),
      senders_(options.source ? Senders(*options.source) : Senders(interface_)),
      report_(options) {}

bool Session::open() {
    if (interface_.hardware_address.size() != pier::packet::MacAddress::Octets{}.size()) {
        pier::say(program, interface_.name + ": has no MAC address, so there is no ARP");
        return false;
    }
    mac_ = mac_of(interface_);
    const auto ranges = options_.ranges.empty() ? own_prefixes(interface_) : options_.ranges;
    if (ranges.empty()) {
        pier::say(program, interface_.name + ": has no address of IPv4; say which prefix is to be asked");
        return false;
    }
    auto targets = targets_of(ranges, interface_, options_.force);
    if (!targets) {
        pier::say(program, targets.error());
        return false;
    }
    targets_ = std::move(*targets);
    pier::LinkOptions wanted;
    wanted.promiscuous = false;
    wanted.longest_delay = longest_delay;
    wanted.buffer_size = std::size_t{1} << 20;  // thousands of answers; more takes the kernel longer to make
    wanted.filter = arp_filter();
    auto opened = pier::LinkTap::open(interface_.index, wanted);
    if (!opened) return fail("opening", opened.error());
    if (opened->layer() != pier::LinkLayer::ethernet) {
        pier::say(program, interface_.name + ": is no Ethernet, so there is no ARP");
        return false;
    }
    tap_ = std::move(*opened);
    begun_ = ended_ = pier::sys::now();
    const Asker asker = asker_for(targets_.empty() ? ranges.front().first : targets_.front());
    return print(report_.begun(interface_, asker, targets_.size()));
}

pier::Task<void> Session::run() {
    for (;;) {
        const bool was_done = co_await scan();
        if (!was_done) co_return;
        is_over_ = true;
        if (!options_.watch) co_return;
        if (!end_round()) co_return;
        const pier::Time next = begun_ + options_.every;
        while (pier::sys::now() < next) {
            const bool goes_on = co_await listen(next);
            if (!goes_on) co_return;
        }
    }
}

pier::Task<bool> Session::scan() {
    begun_ = ended_ = pier::sys::now();
    is_over_ = false;
    schedule_.emplace(targets_, options_.pace, begun_);
    unsigned in_a_row = 0;
    for (;;) {
        const pier::Time now = pier::sys::now();
        ended_ = now;
        const Schedule::Step step = schedule_->next(now);
        if (step.kind == Schedule::Kind::over) co_return true;
        bool goes_on = true;
        if (step.kind == Schedule::Kind::ask && in_a_row < most_in_a_row) {
            ++in_a_row;
            goes_on = co_await ask(step.address);
        } else {
            in_a_row = 0;
            goes_on = co_await listen(step.kind == Schedule::Kind::ask ? now : step.until);
        }
        if (!goes_on) co_return false;
    }
}

pier::Task<bool> Session::ask(Ipv4Number target) {
    const RequestFrame frame = request(asker_for(target), target);
    const auto sent = co_await tap_.send(frame);
    if (sent) {
        schedule_->asked(pier::sys::now());
        co_return true;
    }
    if (sent.error() == pier::Errc::no_buffer_space) {
        schedule_->hold(pier::sys::now() + pause);
        co_return true;
    }
    co_return fail("sending on", sent.error());
}

pier::Task<bool> Session::listen(pier::Time until) {
    const auto came = co_await tap_.receive(pier::at(until));
    if (!came) {
        if (came.error() == pier::Errc::timed_out) co_return true;
        co_return fail("receiving from", came.error());
    }
    std::string text;
    for (const pier::Frame& frame : *came) take(frame, text);
    co_return text.empty() || print(text);
}

void Session::take(const pier::Frame& frame, std::string& text) {
    if (frame.outgoing) return;
    const auto heard = hear(frame.data);
    if (!heard || heard->arp.sender_mac == mac_) return;
    const Ipv4Number sender = heard->sender();
    const bool is_answer = !is_over_ && answers(*heard, asker_for(sender));
    const auto count = is_answer ? schedule_->answered(sender) : std::nullopt;
    if (options_.watch) {
        text += report_.changed(*heard, book_.heard(sender, heard->arp.sender_mac));
    } else if (count) {
        text += report_.answered(*heard, *count);
    }
}

bool Session::end_round() {
    std::string text;
    for (const Book::Gone& gone : book_.end_round([this](Ipv4Number each) { return schedule_->is_asked(each); })) {
        text += report_.gone(gone);
    }
    return text.empty() || print(text);
}

int Session::end() {
    if (failed_) return 1;
    Report::Sums sums;
    if (schedule_) {
        sums.hosts = schedule_->host_count();
        sums.responded = schedule_->responded();
        sums.requests = schedule_->requests();
    }
    sums.took = ended_ - begun_;
    sums.was_interrupted = !is_over_;
    return print(report_.ended(sums)) ? 0 : 1;
}

bool Session::print(const std::string& text) {
    if (!pier::print(program, text)) failed_ = true;
    return !failed_;
}

bool Session::fail(std::string_view what, const pier::Error& error) {
    if (error == pier::Errc::operation_canceled) return false;
    failed_ = true;
    pier::complain_of_link(program, what, interface_.name, error);
    return false;
}

}  // namespace arp_scan
