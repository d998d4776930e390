// A port to a network interface, by Npcap.
#include "link/capture.hpp"
#include "link/device_name.hpp"
#include "link/handle.hpp"

#include <pier/sys/socket/link.hpp>

#include <limits>
#include <utility>

namespace pier::sys {
namespace {

using namespace win32;

class Port final : public LinkPort {
public:
    Port(CaptureHandle handle, std::string device, LinkLayer layer, std::size_t room,
         std::move_only_function<void() noexcept> came)
        : device_(std::move(device)), layer_(layer), capture_(std::move(handle), room, std::move(came)) {}

    Result<void> start() { return capture_.start(); }

    LinkLayer layer() const noexcept override { return layer_; }
    spi::NativeSocket socket() const noexcept override { return spi::no_socket; }
    Result<void> take(std::vector<Frame>& frames) override { return capture_.take(frames); }
    Result<LinkCounts> counts() override { return capture_.counts(); }

    // By a handle of its own: "pcap_t objects are not thread-safe", and the other one is in use by its thread.
    Result<void> send(std::span<const std::byte> frame) override {
        if (layer_ == LinkLayer::ethernet && frame.size() < ethernet_header) return fail(Errc::invalid_argument);
        if (!std::in_range<int>(frame.size()) || frame.size() > longest_sent) return fail(Errc::message_size);
        if (!sender_) {
            auto opened = CaptureHandle::open_sender(device_);
            if (!opened) return fail(opened.error());
            sender_ = std::move(*opened);
        }
        return sender_->send(frame);
    }

private:
    static constexpr std::size_t ethernet_header = 14;
    static constexpr std::size_t longest_sent = 65'535;

    std::string device_;
    LinkLayer layer_;
    std::optional<CaptureHandle> sender_;
    Capture capture_;
};

}  // namespace

Result<std::unique_ptr<LinkPort>> open_link(const LinkSettings& settings,
                                            std::move_only_function<void() noexcept> came) {
    auto devices = capture_devices(settings.interface_index);
    if (!devices) return fail(devices.error());
    Error failure{Errc::no_such_interface, 0};
    for (std::string& device : *devices) {
        auto handle = CaptureHandle::open(device, settings);
        if (!handle) {
            failure = handle.error();
            if (failure != Errc::no_such_interface) return fail(failure);
            continue;
        }
        auto layer = handle->layer();
        if (!layer) return fail(layer.error());
        auto port = std::make_unique<Port>(std::move(*handle), std::move(device), *layer, settings.buffer_size,
                                           std::move(came));
        if (auto started = port->start(); !started) return fail(started.error());
        return port;
    }
    return fail(failure);
}

}  // namespace pier::sys
