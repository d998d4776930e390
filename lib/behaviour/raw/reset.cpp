// The disorderly end, by raw calls.
#include "loopback.hpp"
#include "probes.hpp"

#include <thread>

namespace pier::native {
namespace {

std::string_view peer_name(Number socket) {
    sockaddr_in name{};
    Length size = sizeof name;
    return done(getpeername(socket, reinterpret_cast<sockaddr*>(&name), &size));
}

NativeVerdict idle() {
    auto [here, there] = pair();
    abort(there);
    must_be_gone(here);
    Seen seen;
    seen << received(receive(here)) << received(receive(here));
    seen << lost(sent(send(here, "x")));
    return seen;
}

NativeVerdict error_read_first() {
    auto [here, there] = pair();
    abort(there);
    must_be_gone(here);
    Seen seen;
    seen << socket_error(here) << socket_error(here);
    seen << received(receive(here));
    return seen;
}

NativeVerdict data_first() {
    auto [here, there] = pair();
    must_send(there, "read, unread");
    must_be_readable(here);
    abort(there);
    must_be_gone(here);
    Seen seen;
    seen << received(receive(here, 6)) << received(receive(here)) << received(receive(here));
    return seen;
}

// A blocked receive; where the reset comes too early, the answer is that of an idle socket.
NativeVerdict while_receiving() {
    auto [here, there] = pair();
    set_blocking(here, true);
    set_receive_timeout(here, limit_ms);
    std::string_view seen;
    std::thread receiver([&seen, &socket = here] { seen = received(receive(socket)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(window_ms));
    abort(there);
    receiver.join();
    return Seen() << seen << received(receive(here));
}

NativeVerdict after_the_end() {
    auto [here, there] = pair();
    if (shutdown(there, end_sending) != 0) fail("shutdown");
    must_be_readable(here);
    Seen seen;
    seen << received(receive(here));
    abort(there);
    must_be_gone(here);
    seen << received(receive(here)) << lost(sent(send(here, "x")));
    return seen;
}

// Of the peer: after its end, after the own one, after a reset.
NativeVerdict names() {
    Seen seen;
    {
        auto [here, there] = pair();
        if (shutdown(there, end_sending) != 0) fail("shutdown");
        must_be_readable(here);
        seen << peer_name(here);
        (void)receive(here);
        if (shutdown(here, end_sending) != 0) fail("shutdown");
        seen << peer_name(here);
    }
    auto [here, there] = pair();
    abort(there);
    must_be_gone(here);
    seen << peer_name(here);
    return seen;
}

NativeVerdict neutral() {
    const Socket fresh = tcp();
    const Socket datagram = udp();
    const Socket listening = listener();
    auto [here, there] = pair();
    Seen seen;
    seen << socket_error(fresh) << socket_error(datagram) << socket_error(listening) << socket_error(here);
    return seen;
}

}  // namespace

void add_reset_probes(Probes& all) {
    all.insert(all.end(), {{"reset-idle-peer", idle},
                           {"reset-with-so-error-read", error_read_first},
                           {"data-before-reset", data_first},
                           {"reset-pending-read", while_receiving},
                           {"reset-after-fin", after_the_end},
                           {"names-after-disconnect", names},
                           {"so-error-neutral", neutral}});
}

}  // namespace pier::native
