#include "session.hpp"

#include "program.hpp"

#include <pier/cli/link_trouble.hpp>
#include <pier/cli/program.hpp>
#include <pier/packet/capture/reader.hpp>
#include <pier/packet/dissect.hpp>
#include <pier/process/byte_input.hpp>

#include <optional>
#include <span>
#include <vector>

namespace sniff {
namespace {

namespace packet = pier::packet;
using namespace std::chrono_literals;

// How long nothing comes before what was collected is written, and how late a stop may be seen.
constexpr auto idle = 200ms;
// Of the tap: short enough for lines that are read by people.
constexpr std::chrono::milliseconds longest_delay{10};
constexpr int most_batches_at_the_end = 64;
// Text is written in pieces of about this size, if more of it is there at once.
constexpr std::size_t enough_text = std::size_t{64} << 10;
constexpr std::size_t piece_size = std::size_t{1} << 20;

std::optional<packet::LinkType> link_type(pier::LinkLayer layer) {
    switch (layer) {
        case pier::LinkLayer::ethernet:
            return packet::LinkType::ethernet;
        case pier::LinkLayer::raw_ip:
            return packet::LinkType::raw_ip;
        default:
            return std::nullopt;
    }
}

// A regular file, or standard input.
class Input {
public:
    [[nodiscard]] pier::Task<pier::Result<void>> open(const std::string& name) {
        if (name == "-") co_return pier::Result<void>();
        auto opened = co_await pier::File::open(name);
        if (!opened) co_return pier::fail(opened.error());
        file_.emplace(std::move(*opened));
        co_return pier::Result<void>();
    }
    // 0 at the end. Error besides the system's: timed_out, when nothing came for a while.
    [[nodiscard]] pier::Task<pier::Result<std::size_t>> read(std::span<std::byte> into) {
        if (!file_) {
            auto came = co_await standard_.receive(into, pier::after(idle));
            co_return came;
        }
        auto came = co_await file_->read_at(offset_, into);
        if (came) offset_ += *came;
        co_return came;
    }

private:
    std::optional<pier::File> file_;
    std::uint64_t offset_ = 0;
    pier::ByteInput standard_;
};

std::string many(std::uint64_t count, std::string_view what) {
    return std::to_string(count) + (count == 1 ? " packet " : " packets ") + std::string(what);
}

}  // namespace

pier::Result<pier::LinkTap> Session::open_tap(const pier::Interface& interface,
                                              std::span<const pier::FilterInstruction> filter) const {
    pier::LinkOptions wanted;
    wanted.promiscuous = options_.promiscuous;
    wanted.snap_length = options_.snap_length;
    wanted.buffer_size = std::size_t{options_.buffer_kib} << 10;
    wanted.longest_delay = longest_delay;
    wanted.filter = filter;
    return pier::LinkTap::open(interface.index, wanted);
}

// Nothing after a sentence. What the frames begin with is known when the tap is open, so a filter for Ethernet may turn
// out to be the wrong one.
std::optional<pier::LinkTap> Session::open_tap_with_filter(const pier::Interface& interface) {
    filters_here_ = filter_.needs_tags();
    for (packet::LinkType link = packet::LinkType::ethernet;;) {
        const auto filter = filter_.program(link);
        if (!filter) {
            pier::say(program, filter.error());
            return std::nullopt;
        }
        auto opened = open_tap(interface, filters_here_ ? std::span<const pier::FilterInstruction>() : *filter);
        if (!opened) {
            pier::complain_of_link(program, "opening", interface.name, opened.error());
            return std::nullopt;
        }
        const auto found = link_type(opened->layer());
        if (!found) {
            pier::say(program, interface.name + ": its frames begin with a header that is not known here");
            return std::nullopt;
        }
        if (*found == link) return std::move(*opened);
        link = *found;
    }
}

pier::Task<int> Session::capture(pier::Interface interface) {
    auto opened = open_tap_with_filter(interface);
    if (!opened) co_return 1;
    const auto link = link_type(opened->layer());
    const bool ready = co_await open_output(*link, interface.name);
    if (!ready) co_return 1;
    pier::say(program, "listening on " + interface.name + ", " + std::to_string(options_.snap_length) +
                           " bytes of a packet are kept");
    const bool listened = co_await listen(*opened);
    const int status = co_await end(listened ? 0 : 1);
    const auto counts = opened->counts();
    pier::say(program, many(taken_, "captured"));
    if (counts) {
        pier::say(program, many(counts->received, "received"));
        pier::say(program, many(counts->dropped, "dropped, because they were not read in time"));
    }
    co_return status;
}

pier::Task<bool> Session::listen(pier::LinkTap& tap) {
    while (!is_over()) {
        auto came = co_await tap.receive(pier::after(idle));
        if (!came && came.error() != pier::Errc::timed_out) co_return fail("receiving", came.error());
        if (came) take_all(*came, tap.layer());
        // A file gets what has been collected when it is much, or when there is nothing else to do.
        const bool is_time = !is_output_open_ || !came || output_.wants_flush();
        if (!is_time) continue;
        const bool written = co_await flush();
        if (!written) co_return nobody_reads_;
    }
    // What came before the stop is in the ring still; but a flood has to end.
    for (int batch = 0; stopped_ && batch < most_batches_at_the_end; ++batch) {
        auto came = co_await tap.receive(pier::after(2 * longest_delay));
        if (!came) break;
        take_all(*came, tap.layer());
        const bool written = co_await flush();
        if (!written) co_return nobody_reads_;
    }
    co_return true;
}

void Session::take_all(std::span<const pier::Frame> frames, pier::LinkLayer layer) {
    for (const pier::Frame& frame : frames) {
        Packet one;
        one.data = frame.data;
        one.original_size = frame.original_size;
        one.time_ns = static_cast<std::uint64_t>(frame.arrived.count());
        one.link = link_type(layer).value_or(packet::LinkType::ethernet);
        one.has_checksums = !frame.checksum_to_be_filled_in;
        if (is_enough()) return;
        // open_tap_with_filter() has seen that there is a program for this link.
        if (filters_here_ && !filter_.wants(one.data, one.original_size, one.link).value_or(false)) continue;
        take(one);
    }
}

pier::Task<int> Session::read_file() {
    const std::string& name = *options_.read_from;
    const std::string shown = name == "-" ? std::string("standard input") : name;
    const int status = co_await read_pieces(shown);
    const int ended = co_await end(status);
    co_return ended;
}

pier::Task<int> Session::read_pieces(std::string_view name) {
    Input input;
    const auto opened = co_await input.open(*options_.read_from);
    if (!opened) co_return pier::complain(program, name, opened.error());
    std::vector<std::byte> piece(piece_size);
    packet::CaptureReader reader;
    while (!is_over()) {
        const auto came = co_await input.read(piece);
        if (!came && came.error() == pier::Errc::timed_out) {
            const bool written = co_await flush();
            if (!written) co_return nobody_reads_ ? 0 : 1;
            continue;
        }
        if (!came) co_return pier::complain(program, name, came.error());
        if (*came == 0) {
            const auto whole = reader.finish();
            if (whole) co_return 0;
            pier::say(program, std::string(name) + ": " + whole.error().sentence);
            co_return 1;
        }
        reader.feed(std::span<const std::byte>(piece).first(*came));
        while (!is_over()) {
            const auto next = reader.next();
            if (!next) {
                pier::say(program, std::string(name) + ": " + next.error().sentence);
                co_return 1;
            }
            if (!*next) break;
            Packet one;
            one.data = (*next)->data;
            one.original_size = (*next)->original_length;
            one.time_ns = (*next)->time_ns;
            one.link = (*next)->link;
            const auto wanted = filter_.wants(one.data, one.original_size, one.link);
            if (!wanted) {
                pier::say(program, wanted.error());
                co_return 1;
            }
            if (!*wanted) continue;
            if (options_.write_to && !is_output_open_) {
                const bool ready = co_await open_output(one.link, {});
                if (!ready) co_return 1;
            }
            take(one);
            const bool is_time = text_.size() >= enough_text || options_.line_buffered || output_.wants_flush();
            if (!is_time) continue;
            const bool written = co_await flush();
            if (!written) co_return nobody_reads_ ? 0 : 1;
        }
    }
    co_return failed_ ? 1 : 0;
}

pier::Task<bool> Session::open_output(packet::LinkType link, const std::string& interface) {
    if (!options_.write_to) co_return true;
    const auto opened = co_await output_.open(*options_.write_to, link, options_.snap_length, interface);
    if (!opened) co_return fail(*options_.write_to, opened.error());
    is_output_open_ = true;
    co_return true;
}

void Session::take(const Packet& received) {
    Packet one = received;
    if (one.data.size() > options_.snap_length) one.data = one.data.first(options_.snap_length);
    ++taken_;
    const bool is_shown = !is_output_open_;
    if (is_output_open_ && !output_.add(one)) {
        pier::say(program, *options_.write_to + ": a packet of another kind of link has no place in the file");
        failed_ = true;
        return;
    }
    if (is_shown || options_.statistics) {
        const packet::Dissection dissection = packet::dissect(one.data, one.link);
        if (options_.statistics) statistics_.add(one, dissection);
        if (is_shown && options_.follow) {
            follow_.add(text_, dissection);
        } else if (is_shown) {
            printer_.add(text_, one, dissection);
        }
    }
}

pier::Task<bool> Session::flush() {
    if (is_output_open_) {
        const auto written = co_await output_.flush();
        if (!written) co_return fail(*options_.write_to, written.error());
    }
    if (text_.empty()) co_return true;
    const auto written = co_await standard_.send_all(std::as_bytes(std::span(text_)));
    text_.clear();
    if (written) co_return true;
    // As of "| head": whoever read it has enough.
    nobody_reads_ = written.error() == pier::Errc::broken_pipe;
    if (nobody_reads_) co_return false;
    co_return fail("standard output", written.error());
}

pier::Task<int> Session::end(int status) {
    if (nobody_reads_) co_return status;
    if (options_.follow) follow_.finish(text_);
    if (options_.statistics) text_ += statistics_.text();
    if (failed_) co_return 1;
    const bool written = co_await flush();
    if (!written && !nobody_reads_) co_return 1;
    co_return status;
}

bool Session::fail(std::string_view what, const pier::Error& error) {
    pier::complain(program, what, error);
    failed_ = true;
    return false;
}

}  // namespace sniff
