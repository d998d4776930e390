// The raw probes, a file each, in the order of the catalogue.
#pragma once

#include <pier/tool/native_probe.hpp>

#include <vector>

namespace pier::native {

using Probes = std::vector<spi::NativeProbe>;

void add_connect_probes(Probes& all);
void add_accept_context_probes(Probes& all);
void add_stream_probes(Probes& all);
void add_half_close_probes(Probes& all);
void add_reset_probes(Probes& all);
void add_cancel_probes(Probes& all);
void add_readiness_probes(Probes& all);
void add_waiting_probes(Probes& all);  // by what only one of the systems has
void add_datagram_probes(Probes& all);
void add_multicast_probes(Probes& all);
void add_multicast_side_probes(Probes& all);
void add_packet_info_probes(Probes& all);
void add_option_probes(Probes& all);
void add_names_probes(Probes& all);
void add_limits_probes(Probes& all);
void add_raw_probes(Probes& all);

}  // namespace pier::native
