// Socket options, as far as they mean the same everywhere.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>

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

pier::Task<Verdict> value_width() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    Outcomes seen = outcome_of(pair->here.set(pier::Option::no_delay, 5));
    bool same = true;
    for (pier::Option option : {pier::Option::no_delay, pier::Option::keep_alive}) {
        for (int value : {0, 1}) {
            if (auto set = pair->here.set(option, value); !set) co_return observed(set.error());
            auto read = pair->here.get(option);
            if (!read) co_return observed(read.error());
            same = same && *read == value;
        }
    }
    co_return Verdict{seen + (same ? Outcome::same : Outcome::differs)};
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
    if (!first) co_return observed(first.error());
    auto second = pier::Listener::open(first->local(), shared);
    co_return Verdict{second ? Outcome::shared : outcome_of(second.error())};
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
         .inherent = "Systems clamp it, each by settings of its own."},
        {.id = "opt-value-width",
         .question = "How does setting a switch to 5 end, and are 0 and 1 read back?",
         .contract = {invalid_argument + same},
         .steps = on_one_loop(value_width),
         .steps_text = {"Set no_delay to 5.", "Set no_delay and keep_alive to 0 and 1; read each back."},
         .promise = "Switches are 0 or 1 on every system.",
         .sources = {"Microsoft: getsockopt"}},
        {.id = "opt-tos-ttl",
         .question = "How does setting the time to live to 0 and to 256 end, and is 255 read back?",
         .contract = {invalid_argument + invalid_argument + same},
         .steps = on_one_loop(time_to_live),
         .steps_text = {"Set time_to_live to 0, to 256, and to 255; read it back."},
         .promise = "1 to 255 on every system.",
         .sources = {"man 7 ip: IP_TTL"}},
        {.id = "opt-availability",
         .question = "Can two listeners share a port that both asked to share?",
         .contract = {shared, not_supported},
         .steps = on_one_loop(share_port),
         .steps_text = {"Listen with share_port.", "Listen on the same port with share_port."},
         .promise = "share_port, or not_supported: never silence.",
         .sources = {"man 7 socket: SO_REUSEPORT", "libuv/libuv#4407"},
         .inherent = "Windows has no option that spreads connections over listeners."},
        {.id = "opt-timeouts",
         .question = "What does the system's own receive timeout do?",
         .contract = {},
         .steps_text = {"Set SO_RCVTIMEO to 100 ms.", "Receive from a socket that gets nothing; accept likewise.",
                        "Then receive data."},
         .promise = "Not offered: deadlines are Pier's own (receive-deadline).",
         .sources = {"man 7 socket: SO_RCVTIMEO", "Microsoft: SO_RCVTIMEO"},
         .inherent = "Windows leaves the stream undefined after such a timeout.",
         .not_applicable = "core has deadlines of its own"},
    };
}

}  // namespace pier::behaviour
