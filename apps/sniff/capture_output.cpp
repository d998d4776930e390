#include "capture_output.hpp"

#include <pier/packet/capture/writer.hpp>

#include <array>
#include <span>

namespace sniff {
namespace {

namespace packet = pier::packet;

// What a record or block has beside the packet, and its padding.
constexpr std::size_t most_around = 64;

}  // namespace

pier::Task<pier::Result<void>> CaptureOutput::open(const std::string& name, packet::LinkType link,
                                                   std::uint32_t snap_length, const std::string& interface) {
    is_pcapng_ = name.ends_with(".pcapng");
    link_ = link;
    if (name == "-") {
        standard_.emplace();
    } else {
        pier::FileOptions options;
        options.access = pier::FileAccess::write;
        options.creation = pier::FileCreation::truncate;
        auto opened = co_await pier::File::open(name, options);
        if (!opened) co_return pier::fail(opened.error());
        file_.emplace(std::move(*opened));
    }
    std::array<std::byte, 1024> room{};
    const std::span<std::byte> all(room);
    std::size_t size = 0;
    if (is_pcapng_) {
        const auto section = packet::write_pcapng_section(packet::FileOrder::little, all);
        size = section.value_or(0);
        const auto described =
            packet::write_pcapng_interface(packet::FileOrder::little, link, snap_length, interface, all.subspan(size));
        size += described.value_or(0);
    } else {
        packet::PcapFormat format;
        format.link = link;
        format.snap_length = snap_length;
        const auto header = packet::write_pcap_header(format, all);
        size = header.value_or(0);
    }
    collected_.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size));
    auto written = co_await flush();
    co_return written;
}

bool CaptureOutput::add(const Packet& one) {
    if (one.link != link_) return false;
    const std::size_t before = collected_.size();
    collected_.resize(before + one.data.size() + most_around);
    const auto room = std::span(collected_).subspan(before);
    const std::uint64_t time = one.time_ns.value_or(0);
    const auto size = is_pcapng_ ? packet::write_enhanced_packet(packet::FileOrder::little, 0, time, one.original_size,
                                                                 one.data, room)
                                 : packet::write_pcap_record({}, time, one.original_size, one.data, room);
    collected_.resize(before + size.value_or(0));
    return size.has_value();
}

pier::Task<pier::Result<void>> CaptureOutput::flush() {
    if (collected_.empty()) co_return pier::Result<void>();
    pier::Result<void> written;
    if (standard_) {
        written = co_await standard_->send_all(collected_);
    } else {
        written = co_await file_->write_all_at(size_, collected_);
        // Best effort: what remains else is a piece of a record, which readers complain of.
        if (!written) (void)co_await file_->resize(size_);
    }
    if (written) size_ += collected_.size();
    collected_.clear();
    co_return written;
}

}  // namespace sniff
