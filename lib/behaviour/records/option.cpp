// Socket options, as far as they mean the same everywhere.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/sys/socket.hpp>

#include <string>

#include <array>

namespace pier::behaviour {
namespace {

pier::Task<Verdict> buffer_readback() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    constexpr int size = 64 << 10;
    if (auto set = pair->here.set(pier::Option::receive_buffer, size); !set) co_return observed(set.error());
    auto read = pair->here.get(pier::Option::receive_buffer);
    if (!read) co_return observed(read.error());
    const Outcomes seen = *read == size ? Outcome::same : Outcome::differs;
    co_return Verdict{seen + outcome_of(pair->here.set(pier::Option::receive_buffer, 0))};
}

// A switch that is off or on by default, and takes 0 and 1 only.
Verdict is_switch(pier::Stream& stream, pier::Option option, int usual) {
    auto read = stream.get(option);
    if (!read) return observed(read.error());
    if (*read != usual) return {Outcome::invalid_argument + Outcome::differs, "the default"};
    for (int value : {1, 1, 0, 0, 1, 0}) {
        if (auto set = stream.set(option, value); !set) return observed(set.error());
        read = stream.get(option);
        if (!read) return observed(read.error());
        if (*read != value) return {Outcome::invalid_argument + Outcome::differs};
    }
    for (int value : {5, -1, 2, 256, 1 << 30}) {
        const Outcome refused = outcome_of(stream.set(option, value));
        if (refused != Outcome::invalid_argument) return {refused + Outcome::same, std::to_string(value)};
        read = stream.get(option);
        if (!read || *read != 0) return {Outcome::invalid_argument + Outcome::differs, "after a refusal"};
    }
    return {Outcome::invalid_argument + Outcome::same};
}

pier::Task<Verdict> value_width() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    Verdict verdict = is_switch(pair->here, pier::Option::no_delay, 1);
    if (verdict.outcome != Outcome::invalid_argument + Outcome::same) co_return verdict;
    co_return is_switch(pair->here, pier::Option::keep_alive, 0);
}

pier::Task<Verdict> time_to_live() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    Outcomes seen = outcome_of(pair->here.set(pier::Option::time_to_live, 0));
    seen += outcome_of(pair->here.set(pier::Option::time_to_live, 256));
    if (auto set = pair->here.set(pier::Option::time_to_live, 255); !set) co_return observed(set.error());
    auto read = pair->here.get(pier::Option::time_to_live);
    if (!read) co_return observed(read.error());
    co_return Verdict{seen + (*read == 255 ? Outcome::same : Outcome::differs)};
}

pier::Task<Verdict> share_port() {
    const pier::ListenerOptions shared{.share_port = true};
    auto first = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4), shared);
    if (!first && pier::sys::can_share_port()) co_return Verdict{Outcome::failed, pier::describe(first.error())};
    if (!first) co_return observed(first.error());
    if (!pier::sys::can_share_port()) co_return Verdict{Outcome::works, "where sharing is said to be impossible"};
    auto second = pier::Listener::open(first->local(), shared);
    if (!second) co_return observed(second.error());
    // Only with those that share, too.
    auto third = pier::Listener::open(first->local());
    if (outcome_of(third) != Outcome::address_in_use) co_return Verdict{outcome_of(third), "one that does not share"};
    co_return Verdict{Outcome::shared};
}

}  // namespace

std::vector<Behaviour> option_behaviours() {
    using enum Outcome;
    return {
        {.id = "opt-buffer-readback",
         .question = "Is a buffer's size read back as it was set, and how does setting 0 end?",
         .contract = {same + invalid_argument, differs + invalid_argument},
         .steps = on_one_loop(buffer_readback),
         .steps_text = {"Set the receive buffer to 64 KiB; read it back.", "Set it to 0."},
         .promise = "A hint; reading gives the effective size in the same unit, and 0 is invalid_argument.",
         .sources = {"man 7 socket: SO_RCVBUF", "Microsoft: SO_SNDBUF"},
         .inherent = "Systems clamp it, each by settings of its own.",
         .windows = {"What was set; 0 means no buffer.",
                     "Wine's conformance test sock.c, test_set_getsockopt, test_send"}},
        {.id = "opt-value-width",
         .question = "How does setting a switch to 5 end, and are 0 and 1 read back?",
         .contract = {invalid_argument + same},
         .steps = on_one_loop(value_width),
         .steps_text = {"Read no_delay and keep_alive: 1 and 0.", "Set each to 0 and 1; read it back.",
                        "Set each to 5, -1, 2, 256 and 2^30; read it back."},
         .promise = "Switches are 0 or 1 on every system.",
         .sources = {"Microsoft: getsockopt"},
         .windows = {"One byte works, and one byte is what comes back of a switch.",
                     "Wine's conformance test sock.c, test_set_getsockopt; asio: socket_option.hpp"}},
        {.id = "opt-tos-ttl",
         .question = "How does setting the time to live to 0 and to 256 end, and is 255 read back?",
         .contract = {invalid_argument + invalid_argument + same},
         .steps = on_one_loop(time_to_live),
         .steps_text = {"Set time_to_live to 0, to 256, and to 255; read it back."},
         .promise = "1 to 255 on every system.",
         .sources = {"man 7 ip: IP_TTL"},
         .windows = {"The type of service is accepted and ignored.", "Microsoft: IPPROTO_IP Socket Options"}},
        {.id = "opt-availability",
         .question = "Can two listeners share a port that both asked to share?",
         .contract = {shared, not_supported},
         .steps = on_one_loop(share_port),
         .steps_text = {"Listen with share_port.", "Listen on the same port with share_port, and without."},
         .promise = "share_port, or not_supported: never silence.",
         .sources = {"man 7 socket: SO_REUSEPORT", "libuv/libuv#4407"},
         .inherent = "Windows has no option that spreads connections over listeners.",
         .windows = {"No low-water mark; keep-alive spans since Windows 10 1709.",
                     "Wine's conformance test sock.c, test_set_getsockopt; libuv/libuv#4775"}},
        {.id = "opt-timeouts",
         .question = "What does the system's own receive timeout do?",
         .contract = {},
         .steps_text = {"Set SO_RCVTIMEO to 100 ms.", "Receive from a socket that gets nothing; accept likewise.",
                        "Then receive data."},
         .promise = "For code that has the native handle: Pier's own operations have deadlines (receive-deadline).",
         .sources = {"man 7 socket: SO_RCVTIMEO", "Microsoft: SO_RCVTIMEO"},
         .inherent = "Windows leaves the stream undefined after such a timeout.",
         .not_applicable = "core has deadlines of its own",
         .windows = {"Timed out; spans below 500 ms count as 500.",
                     "Wine's conformance test sock.c, test_timeout; Microsoft: SO_RCVTIMEO, 1998"}},
    };
}

}  // namespace pier::behaviour
