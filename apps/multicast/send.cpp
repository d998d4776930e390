#include "send.hpp"

#include "packet.hpp"
#include "program.hpp"
#include "report.hpp"

#include <pier/cli/program.hpp>
#include <pier/datagram.hpp>
#include <pier/process/line_input.hpp>
#include <pier/sleep.hpp>
#include <pier/socket/options.hpp>

#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace multicast {
namespace {

std::uint64_t random_mark() {
    std::random_device source;
    return static_cast<std::uint64_t>(source()) << 32 | (source() & 0xffffffffU);
}

pier::Result<void> prepare(const pier::Datagram& socket, const Options& options) {
    auto set = socket.set(pier::option::multicast_time_to_live{options.time_to_live});
    if (set) set = socket.set(pier::option::multicast_loop{options.loop});
    if (set && options.interface_index != 0) {
        set = socket.set(pier::option::multicast_interface{options.interface_index});
    }
    return set;
}

int complain_of_send(const Options& options, const pier::Error& error) {
    const std::string what = "sending to " + options.group.to_string();
    if (error != pier::Errc::network_unreachable) return pier::complain(program, what, error);
    pier::say(program, what + ": " + pier::describe(error) +
                           (options.interface_index == 0
                                ? "; there is no route to the group: say an interface by --interface"
                                : "; the interface has no route to the group: is it up, and has it an address?"));
    return 1;
}

// What is sent, one after the other.
class Contents {
public:
    explicit Contents(const Options& options) noexcept : options_(options) {}

    // The next line; an empty text with --size. Nothing at the end.
    pier::Task<pier::Result<std::optional<std::string>>> next() {
        if (!options_.size) co_return co_await lines_.next();
        co_return std::optional<std::string>(std::in_place);
    }

private:
    const Options& options_;
    pier::LineInput lines_;
};

}  // namespace

pier::Task<int> send(const Options& options) {
    auto opened = pier::Datagram::open(pier::Endpoint::any(options.group.family()));
    if (!opened) co_return pier::complain(program, "opening a socket", opened.error());
    const pier::Datagram socket = std::move(*opened);
    if (auto prepared = prepare(socket, options); !prepared) {
        co_return pier::complain(program, "preparing to send to " + options.group.to_string(), prepared.error());
    }
    const Report report(options);
    if (!pier::print(program, report.begun(socket.local().port()))) co_return 1;
    const std::uint64_t mark = random_mark();
    Contents contents(options);
    std::uint64_t number = 0;
    int status = 0;
    while (options.count == 0 || number < options.count) {
        if (number > 0 && options.interval > pier::Duration{}) {
            auto slept = co_await pier::sleep(pier::after(options.interval));
            if (!slept) break;
        }
        auto content = co_await contents.next();
        if (!content && content.error() != pier::Errc::operation_canceled) {
            status = pier::complain(program, "reading standard input", content.error());
        }
        if (!content || !*content) break;
        Packet packet{.mark = mark, .number = number, .text = {}};
        if (!options.size) packet.text = std::string_view(**content);
        const std::vector<std::byte> datagram = packet.write(options.size.value_or(0));
        auto sent = co_await socket.send_to(datagram, options.group);
        if (!sent) {
            if (sent.error() != pier::Errc::operation_canceled) status = complain_of_send(options, sent.error());
            break;
        }
        ++number;
    }
    if (!pier::print(program, report.sent(number))) co_return 1;
    co_return status;
}

}  // namespace multicast
