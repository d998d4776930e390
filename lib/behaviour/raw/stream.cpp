// Stream data and the orderly end, by raw calls.
#include "loopback.hpp"
#include "probes.hpp"

namespace pier::native {
namespace {

NativeVerdict repeated_end() {
    auto [here, there] = pair();
    must_send(there, "abc");
    there.close();
    must_be_readable(here);
    Seen seen;
    seen << received(receive(here));
    must_be_readable(here);
    seen << received(receive(here)) << received(receive(here));
    return seen;
}

// Receives nothing: without data, with it, at the end; then sends nothing.
NativeVerdict zero_length() {
    auto [here, there] = pair();
    auto nothing = [](Count count) { return count == 0 ? "works" : received(count); };
    Seen seen;
    seen << nothing(receive(here, 0));
    must_send(there, "abc");
    must_be_readable(here);
    seen << nothing(receive(here, 0)) << received(receive(here));
    seen << nothing(send(here, ""));
    return seen;
}

NativeVerdict accepted_size() {
    auto [here, there] = pair();
    const std::string data(64 << 20, 0);
    const Count count = send(here, data);
    if (count < 0) return Seen() << last();
    Seen seen;
    seen << (static_cast<std::size_t>(count) < data.size() ? "partial" : "whole");
    seen << sent(send(here, "x"));
    return seen;
}

NativeVerdict after_close() {
    auto [here, there] = pair();
    there.close();
    must_be_readable(here);
    Seen seen;
    seen << sent(send(here, "x"));
    must_be_gone(here);
    seen << lost(sent(send(here, "x")));
    seen << received(receive(here));
    return seen;
}

NativeVerdict wait_for_all() {
    auto [here, there] = pair();
    must_send(there, "abc");
    must_be_readable(here);
    Seen seen;
    seen << received(receive(here, 10, MSG_WAITALL));
    set_blocking(here, true);
    set_receive_timeout(here, limit_ms);
    must_send(there, "abc");
    there.close();
    seen << received(receive(here, 10, MSG_WAITALL));
    return seen;
}

NativeVerdict unread_close() {
    auto [here, there] = pair();
    must_send(here, "hello");
    must_be_readable(there);
    there.close();
    must_be_gone(here);
    return Seen() << received(receive(here)) << received(receive(here));
}

NativeVerdict lingering_close() {
    auto [here, there] = pair();
    fill(here);
    set_linger(here, 1);
    const Stopwatch watch;
    here.close();
    return Seen() << (watch.milliseconds() < 500 ? "at-once" : "blocks");
}

}  // namespace

void add_stream_probes(Probes& all) {
    all.insert(all.end(), {{"eof-repeatable", repeated_end},
                           {"zero-length-io", zero_length},
                           {"send-accept-size", accepted_size},
                           {"send-after-peer-close", after_close},
                           {"waitall-semantics", wait_for_all},
                           {"close-with-unread-sends-reset", unread_close},
                           {"linger-timeout-close", lingering_close}});
}

}  // namespace pier::native
