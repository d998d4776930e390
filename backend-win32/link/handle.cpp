#include "link/handle.hpp"

#include "process/error.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <vector>

namespace pier::win32 {
namespace {

constexpr int precision_nanoseconds = 1;  // PCAP_TSTAMP_PRECISION_NANO
// BPF_RET | BPF_K: a filter of one instruction that keeps so many bytes.
constexpr std::uint16_t answer_constant = 0x06;
// Numbers of pcap_datalink() ("DLT_..."), which are not those of capture files for raw IP.
constexpr int link_null = 0;
constexpr int link_ethernet = 1;
constexpr int link_raw = 12;

// How long a next() without frames lasts that nobody interrupts; also how long frames are kept back.
int read_timeout(std::chrono::milliseconds longest_delay) noexcept {
    return static_cast<int>(std::min<std::int64_t>(longest_delay.count(), std::numeric_limits<int>::max()));
}

int as_int(std::size_t bytes) noexcept {
    return static_cast<int>(std::min(bytes, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

}  // namespace

Result<CaptureHandle> CaptureHandle::create(const std::string& device) {
    auto library = wpcap();
    if (!library) return fail(library.error());
    std::array<char, pcap_error_size> text{};
    PcapHandle* made = (*library)->create(device.c_str(), text.data());
    if (made == nullptr) return fail(Errc::not_enough_memory);
    return CaptureHandle(**library, made);
}

Result<CaptureHandle> CaptureHandle::open(const std::string& device, const sys::LinkSettings& settings) {
    auto made = create(device);
    if (!made) return made;
    const Wpcap& library = *made->library_;
    PcapHandle* const handle = made->handle_;
    // None of these fails before pcap_activate().
    (void)library.set_snaplen(handle, as_int(settings.snap_length));
    (void)library.set_promisc(handle, settings.promiscuous ? 1 : 0);
    (void)library.set_timeout(handle, read_timeout(settings.longest_delay));
    (void)library.set_buffer_size(handle, as_int(settings.buffer_size));
    made->nanoseconds_ =
        library.set_tstamp_precision != nullptr && library.set_tstamp_precision(handle, precision_nanoseconds) == 0;
    if (auto active = made->activate(); !active) return fail(active.error());
    if (auto filtered = made->set_filter(settings); !filtered) return fail(filtered.error());
    return made;
}

Result<CaptureHandle> CaptureHandle::open_sender(const std::string& device) {
    auto made = create(device);
    if (!made) return made;
    (void)made->library_->set_snaplen(made->handle_, 1);
    if (auto active = made->activate(); !active) return fail(active.error());
    std::array<FilterInstruction, 1> nothing{{{answer_constant, 0, 0, 0}}};
    PcapProgram program{static_cast<unsigned>(nothing.size()), nothing.data()};
    if (made->library_->setfilter(made->handle_, &program) != 0) return fail(Errc::unexpected);
    return made;
}

Result<void> CaptureHandle::activate() {
    // Numbers above 0 are warnings: it works, without promiscuous mode or time stamps of the kind asked for.
    const int answer = library_->activate(handle_);
    if (answer >= 0) return {};
    switch (answer) {
        case pcap_no_such_device:
            return fail(Errc::no_such_interface, answer);
        case pcap_permission_denied:
        case pcap_promiscuous_permission_denied:
            return fail(Errc::permission_denied, answer);
        case pcap_interface_not_up:
            return fail(Errc::network_down, answer);
        default:
            return fail(Errc::unexpected, answer);
    }
}

Result<void> CaptureHandle::set_filter(const sys::LinkSettings& settings) {
    if (settings.filter.empty()) return {};
    std::vector<FilterInstruction> copy(settings.filter.begin(), settings.filter.end());
    PcapProgram program{static_cast<unsigned>(copy.size()), copy.data()};
    // It looks at the program first (bpf_validate): nothing else fails here but memory.
    if (library_->setfilter(handle_, &program) != 0) return fail(Errc::invalid_argument);
    return {};
}

Result<LinkLayer> CaptureHandle::layer() const noexcept {
    switch (library_->datalink(handle_)) {
        case link_null:
            return LinkLayer::bsd_loopback;
        case link_ethernet:
            return LinkLayer::ethernet;
        case link_raw:
            return LinkLayer::raw_ip;
        default:
            return fail(Errc::not_supported);
    }
}

Result<std::optional<Frame>> CaptureHandle::next() noexcept {
    PcapHeader* header = nullptr;
    const unsigned char* data = nullptr;
    const int answer = library_->next_ex(handle_, &header, &data);
    if (answer == 0 || answer == pcap_interrupted) return std::optional<Frame>();
    // "PCAP_ERROR": the adapter was switched off or removed.
    if (answer < 0) return fail(Errc::network_down, answer);
    Frame frame;
    frame.data = {reinterpret_cast<const std::byte*>(data), header->captured};
    frame.original_size = header->length;
    frame.arrived = std::chrono::seconds(header->seconds);
    frame.arrived += nanoseconds_ ? std::chrono::nanoseconds(header->fraction)
                                  : std::chrono::nanoseconds(std::chrono::microseconds(header->fraction));
    return frame;
}

Result<void> CaptureHandle::send(std::span<const std::byte> frame) noexcept {
    const auto* data = reinterpret_cast<const unsigned char*>(frame.data());
    if (library_->sendpacket(handle_, data, as_int(frame.size())) == 0) return {};
    // It says why by a text alone, which differs by version: Windows' number is what is left of it.
    const DWORD code = ::GetLastError();
    return fail(code != 0 ? translate(code) : Error{Errc::unexpected, 0});
}

std::optional<unsigned> CaptureHandle::dropped() noexcept {
    PcapCounts counts{};
    if (library_->stats(handle_, &counts) != 0) return std::nullopt;
    return counts.dropped;
}

}  // namespace pier::win32
