#include <pier/packet/tcp_options.hpp>

#include <utility>

namespace pier::packet {
namespace {

// Whether this is one that is known, with the size that its kind has.
bool take(const Option& option, TcpOptions& options) noexcept {
    const Bytes data = option.data;
    switch (option.kind) {
        case tcp_option::no_operation:
            return true;
        case tcp_option::mss:
            if (data.size() != 2) return false;
            options.mss = load<std::uint16_t>(data, 0);
            return true;
        case tcp_option::window_scale:
            if (data.size() != 1) return false;
            options.window_scale = load<std::uint8_t>(data, 0);
            return true;
        case tcp_option::sack_permitted:
            options.sack_permitted = data.empty();
            return data.empty();
        case tcp_option::timestamps:
            if (data.size() != 8) return false;
            options.timestamps = TcpTimestamps{load<std::uint32_t>(data, 0), load<std::uint32_t>(data, 4)};
            return true;
        case tcp_option::sack:
            if (data.empty() || data.size() % 8 != 0 || data.size() / 8 > most_sack_blocks) return false;
            options.sack_count = data.size() / 8;
            options.sack = {};
            for (std::size_t i = 0; i < options.sack_count; ++i) {
                options.sack[i] = {load<std::uint32_t>(data, 8 * i), load<std::uint32_t>(data, 8 * i + 4)};
            }
            return true;
        default:
            return false;
    }
}

}  // namespace

PacketResult<TcpOptions> read_tcp_options(OptionReader options) {
    TcpOptions known;
    for (;;) {
        auto option = options.next();
        if (!option) return std::unexpected(std::move(option.error()));
        if (!*option) return known;
        if (!take(**option, known)) ++known.others;
    }
}

PacketResult<Bytes> write_tcp_options(const TcpOptions& options, Room room) {
    OptionWriter writer(room, OptionForm::ipv4_or_tcp);
    std::array<std::byte, 8 * most_sack_blocks> data{};
    const Room place(data);
    PacketResult<void> done;
    if (options.mss) {
        store(place, 0, *options.mss);
        done = writer.add(tcp_option::mss, place.first(2));
    }
    if (done && options.window_scale) {
        store(place, 0, *options.window_scale);
        done = writer.add(tcp_option::window_scale, place.first(1));
    }
    if (done && options.sack_permitted) done = writer.add(tcp_option::sack_permitted);
    if (done && options.sack_count > 0) {
        if (options.sack_count > most_sack_blocks) return not_buildable("TCP options", "more than four SACK blocks");
        for (std::size_t i = 0; i < options.sack_count; ++i) {
            store(place, 8 * i, options.sack[i].left);
            store(place, 8 * i + 4, options.sack[i].right);
        }
        done = writer.add(tcp_option::sack, place.first(8 * options.sack_count));
    }
    if (done && options.timestamps) {
        store(place, 0, options.timestamps->value);
        store(place, 4, options.timestamps->echo_reply);
        done = writer.add(tcp_option::timestamps, place.first(8));
    }
    if (done) done = writer.pad(4);
    if (!done) return std::unexpected(std::move(done.error()));
    return writer.written();
}

}  // namespace pier::packet
