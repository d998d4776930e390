// Npcap's library, which is loaded when it is wanted: "Developing software with Npcap", "Npcap API" (pcap.h).
#pragma once

#include "socket/winsock.hpp"

#include <pier/link/filter.hpp>
#include <pier/result.hpp>

#include <cstdint>

namespace pier::win32 {

// What pcap.h declares, on Windows. `long` and `int` have 32 bits there.
struct PcapHandle;
struct PcapHeader {
    long seconds;
    long fraction;  // microseconds, or nanoseconds where pcap_set_tstamp_precision() was obeyed
    std::uint32_t captured;
    std::uint32_t length;
};
struct PcapProgram {
    unsigned count;
    FilterInstruction* instructions;
};
struct PcapCounts {
    unsigned received;
    unsigned dropped;
    unsigned dropped_by_interface;
    unsigned room[3];  // for what Windows' struct pcap_stat has besides
};

inline constexpr std::size_t pcap_error_size = 256;
// Answers of pcap_activate() and pcap_next_ex().
inline constexpr int pcap_interrupted = -2;
inline constexpr int pcap_no_such_device = -5;
inline constexpr int pcap_permission_denied = -8;
inline constexpr int pcap_interface_not_up = -9;
inline constexpr int pcap_promiscuous_permission_denied = -11;

struct Wpcap {
    PcapHandle*(__cdecl* create)(const char* device, char* error) = nullptr;
    int(__cdecl* set_snaplen)(PcapHandle*, int bytes) = nullptr;
    int(__cdecl* set_promisc)(PcapHandle*, int on) = nullptr;
    int(__cdecl* set_timeout)(PcapHandle*, int milliseconds) = nullptr;
    int(__cdecl* set_buffer_size)(PcapHandle*, int bytes) = nullptr;
    int(__cdecl* set_tstamp_precision)(PcapHandle*, int precision) = nullptr;  // null: microseconds alone
    int(__cdecl* activate)(PcapHandle*) = nullptr;
    int(__cdecl* datalink)(PcapHandle*) = nullptr;
    int(__cdecl* setfilter)(PcapHandle*, PcapProgram*) = nullptr;
    int(__cdecl* next_ex)(PcapHandle*, PcapHeader**, const unsigned char**) = nullptr;
    void(__cdecl* breakloop)(PcapHandle*) = nullptr;
    int(__cdecl* sendpacket)(PcapHandle*, const unsigned char* frame, int size) = nullptr;
    int(__cdecl* stats)(PcapHandle*, PcapCounts*) = nullptr;
    void(__cdecl* close)(PcapHandle*) = nullptr;
};

// Loaded by the first call, and kept. Any thread. Errors: not_supported where it is not installed.
[[nodiscard]] Result<const Wpcap*> wpcap();

}  // namespace pier::win32
