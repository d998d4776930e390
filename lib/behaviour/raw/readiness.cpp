// Readiness, by raw poll and select.
#include "loopback.hpp"
#include "probes.hpp"

namespace pier::native {
namespace {

NativeVerdict level() {
    auto [here, there] = pair();
    must_send(there, "ten bytes!");
    Seen seen;
    seen << readiness(here, limit_ms) << readiness(here, limit_ms);
    (void)receive(here, 4);
    seen << readiness(here, limit_ms);
    (void)receive(here);
    seen << readiness(here, window_ms);
    return seen;
}

NativeVerdict unconnected() {
    const Socket fresh = tcp();
    return {events_text(wait_for(fresh, POLLIN | POLLOUT, window_ms))};
}

NativeVerdict ends() {
    auto [here, there] = pair();
    if (::shutdown(here, end_sending) != 0) fail("shutdown");
    Seen seen;
    seen << readiness(here, window_ms);
    if (::shutdown(there, end_sending) != 0) fail("shutdown");
    must_be_readable(here);
    seen << events_text(wait_for(here, POLLIN, limit_ms));
    seen << received(receive(here));
    return seen;
}

NativeVerdict empty_set() {
    timeval span{0, 50'000};
    const Stopwatch watch;
    if (::select(0, nullptr, nullptr, nullptr, &span) < 0) return Seen() << last();
    return Seen() << (watch.milliseconds() < 49 ? "early" : "works");
}

NativeVerdict timeout_struct() {
    auto [here, there] = pair();
    must_send(there, "data");
    must_be_readable(here);
    const Number socket = here;
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(socket, &readable);
    timeval span{5, 0};
    if (::select(above(socket), &readable, nullptr, nullptr, &span) != 1) fail("select");
    Seen seen;
    seen << (span.tv_sec == 5 && span.tv_usec == 0 ? "same" : "differs");
    timeval negative{-1, 0};
    const int result = ::select(above(socket), &readable, nullptr, nullptr, &negative);
    seen << (result < 0 ? last() : result == 0 ? "quiet" : "ready");
    return seen;
}

// The bits, a plain receive, an urgent one, another one.
NativeVerdict urgent() {
    auto [here, there] = pair();
    if (send(there, "!", MSG_OOB) != 1) fail("MSG_OOB");
    const Number socket = here;
    fd_set readable, exceptional;
    for (fd_set* set : {&readable, &exceptional}) {
        FD_ZERO(set);
        FD_SET(socket, set);
    }
    timeval span{2, 0};
    if (::select(above(socket), &readable, nullptr, &exceptional, &span) < 0) fail("select");
    Seen seen;
    if (FD_ISSET(socket, &readable)) seen << "ready";
    if (FD_ISSET(socket, &exceptional)) seen << "urgent";
    seen << received(receive(here));
    seen << received(receive(here, 1, MSG_OOB)) << received(receive(here, 1, MSG_OOB));
    return seen;
}

NativeVerdict urgent_inline() {
    auto [here, there] = pair();
    set_option(here, SOL_SOCKET, SO_OOBINLINE, 1);
    must_send(there, "abc");
    if (send(there, "!", MSG_OOB) != 1) fail("MSG_OOB");
    must_send(there, "de");
    must_be_readable(here);
    auto size = [](Count count) { return count == 6 ? "whole" : count > 0 ? "partial" : received(count); };
    Seen seen;
    seen << size(receive(here));
    seen << (at_mark(here) ? "urgent" : "nothing");
    seen << size(receive(here)) << received(receive(here, 1, MSG_OOB));
    return seen;
}

}  // namespace

void add_readiness_probes(Probes& all) {
    all.insert(all.end(), {{"level-repeat", level},
                           {"ready-unconnected", unconnected},
                           {"ready-peer-fin", ends},
                           {"select-empty-set", empty_set},
                           {"select-timeout-struct", timeout_struct},
                           {"oob-notification", urgent},
                           {"oob-inline-and-marks", urgent_inline}});
}

}  // namespace pier::native
