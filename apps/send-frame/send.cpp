#include "send.hpp"

#include "program.hpp"

#include <pier/cli/link_trouble.hpp>
#include <pier/cli/program.hpp>
#include <pier/link.hpp>
#include <pier/raw.hpp>
#include <pier/sleep.hpp>
#include <pier/sys/clock.hpp>

#include <array>
#include <optional>

namespace send_frame {
namespace {

// When an interface's queue is full.
constexpr pier::Duration pause = std::chrono::milliseconds(1);
// Nothing has to be received.
constexpr std::array<pier::FilterInstruction, 1> nothing{{{0x06, 0, 0, 0}}};  // ret #0

// One way to send, of the two. Confined to its loop's thread.
class Outlet {
public:
    explicit Outlet(const pier::Interface* interface) : interface_(interface) {}

    // False after a sentence.
    [[nodiscard]] bool open() {
        if (interface_ == nullptr) return true;  // a socket for each family, when it is wanted
        pier::LinkOptions wanted;
        wanted.promiscuous = false;
        wanted.buffer_size = std::size_t{1} << 20;
        wanted.filter = nothing;
        auto opened = pier::LinkTap::open(interface_->index, wanted);
        if (!opened) {
            pier::complain_of_link(program, "opening", interface_->name, opened.error());
            return false;
        }
        tap_ = std::move(*opened);
        return true;
    }

    [[nodiscard]] pier::Task<pier::Result<void>> send(const Frame& frame) {
        if (interface_ != nullptr) {
            auto sent = co_await tap_.send(frame.bytes);
            co_return sent;
        }
        const bool is_v6 = frame.destination->is_v6();
        std::optional<pier::RawSocket>& socket = is_v6 ? v6_ : v4_;
        if (!socket) {
            pier::RawOptions wanted;
            wanted.header_included = true;
            auto opened =
                pier::RawSocket::open(is_v6 ? pier::Family::ipv6 : pier::Family::ipv4, pier::IpProtocol::raw, wanted);
            if (!opened) co_return pier::fail(opened.error());
            socket = std::move(*opened);
        }
        const pier::Endpoint to = frame.destination->with_port(0);
        auto sent = co_await socket->send_to(frame.bytes, to);
        co_return sent;
    }

    int complain(const pier::Error& error) const {
        if (interface_ != nullptr) {
            return pier::complain_of_link(program, "sending on", interface_->name, error);
        }
        return pier::complain_of_link(program, "sending by", "a raw socket", error);
    }

private:
    const pier::Interface* interface_;
    pier::LinkTap tap_;
    std::optional<pier::RawSocket> v4_, v6_;
};

// Sent in the order of their times. What went before counts for what was interrupted, too.
struct Sums {
    std::uint64_t frames = 0, bytes = 0;
};

std::string text_of(const Sums& sums) {
    return std::to_string(sums.frames) + (sums.frames == 1 ? " frame, " : " frames, ") + std::to_string(sums.bytes) +
           (sums.bytes == 1 ? " byte\n" : " bytes\n");
}

pier::Task<int> send_in_time(const Options& options, Outlet& outlet, const std::vector<Frame>& frames, Sums& sums) {
    pier::Time next = pier::sys::now();
    for (std::uint64_t round = 0; round < options.count; ++round) {
        for (const Frame& frame : frames) {
            if (sums.frames > 0 && options.interval > pier::Duration{}) {
                next += options.interval;
                const auto slept = co_await pier::sleep(pier::at(next));
                if (!slept) co_return 0;
            }
            auto sent = co_await outlet.send(frame);
            while (!sent && sent.error() == pier::Errc::no_buffer_space) {
                const auto slept = co_await pier::sleep(pier::after(pause));
                if (!slept) co_return 0;
                sent = co_await outlet.send(frame);
            }
            if (!sent && sent.error() == pier::Errc::operation_canceled) co_return 0;
            if (!sent) co_return outlet.complain(sent.error());
            ++sums.frames;
            sums.bytes += frame.bytes.size();
        }
    }
    co_return 0;
}

}  // namespace

pier::Task<int> send_all(const Options& options, const pier::Interface* interface, const std::vector<Frame>& frames) {
    Outlet outlet(interface);
    if (!outlet.open()) co_return 1;
    Sums sums;
    const int status = co_await send_in_time(options, outlet, frames, sums);
    if (!options.quiet && !pier::print(program, text_of(sums))) co_return 1;
    co_return status;
}

}  // namespace send_frame
