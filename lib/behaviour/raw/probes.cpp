#include "probes.hpp"

namespace pier::spi {

std::span<const NativeProbe> native_probes() {
    static const native::Probes all = [] {
        native::Probes probes;
        for (auto add :
             {native::add_connect_probes, native::add_accept_context_probes, native::add_stream_probes,
              native::add_half_close_probes, native::add_reset_probes, native::add_cancel_probes,
              native::add_readiness_probes, native::add_waiting_probes, native::add_datagram_probes,
              native::add_multicast_probes, native::add_multicast_side_probes, native::add_packet_info_probes,
              native::add_option_probes, native::add_names_probes, native::add_limits_probes, native::add_raw_probes}) {
            add(probes);
        }
        return probes;
    }();
    return all;
}

}  // namespace pier::spi
