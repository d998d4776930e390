// One run: from an interface or a file, to text or a file.
#pragma once

#include "capture_output.hpp"
#include "filter.hpp"
#include "follow.hpp"
#include "options.hpp"
#include "packet.hpp"
#include "printer.hpp"
#include "statistics.hpp"

#include <pier/link.hpp>
#include <pier/process/byte_output.hpp>
#include <pier/socket/interfaces.hpp>
#include <pier/task.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace sniff {

// Confined to its loop's thread.
class Session {
public:
    Session(const Options& options, Filter filter)
        : options_(options), filter_(std::move(filter)), printer_(options), follow_(options.hex) {}

    // Shows or writes what passes the interface, until stop() or as many packets as were asked for. Exit status.
    [[nodiscard]] pier::Task<int> capture(pier::Interface interface);
    // The same of the file, until its end.
    [[nodiscard]] pier::Task<int> read_file();
    // It ends soon, in order: what was taken is written.
    void stop() noexcept { stopped_ = true; }

private:
    [[nodiscard]] pier::Task<bool> listen(pier::LinkTap& tap);
    [[nodiscard]] pier::Task<int> read_pieces(std::string_view name);
    [[nodiscard]] pier::Task<bool> open_output(pier::packet::LinkType link, const std::string& interface);
    [[nodiscard]] pier::Result<pier::LinkTap> open_tap(const pier::Interface& interface,
                                                       std::span<const pier::FilterInstruction> filter) const;
    [[nodiscard]] std::optional<pier::LinkTap> open_tap_with_filter(const pier::Interface& interface);
    void take_all(std::span<const pier::Frame> frames, pier::LinkLayer layer);
    void take(const Packet& packet);
    [[nodiscard]] pier::Task<bool> flush();
    [[nodiscard]] pier::Task<int> end(int status);
    [[nodiscard]] bool is_enough() const noexcept {
        return failed_ || (options_.count != 0 && taken_ >= options_.count);
    }
    [[nodiscard]] bool is_over() const noexcept { return stopped_ || is_enough(); }
    bool fail(std::string_view what, const pier::Error& error);

    const Options& options_;
    Filter filter_;
    bool filters_here_ = false;  // of what a tap gives
    Printer printer_;
    Statistics statistics_;
    Follow follow_;
    std::string text_;  // of packets, not written yet
    pier::ByteOutput standard_;
    CaptureOutput output_;
    bool is_output_open_ = false;
    std::uint64_t taken_ = 0;
    bool stopped_ = false;
    bool failed_ = false;        // said already
    bool nobody_reads_ = false;  // standard output was closed: a quiet end
};

}  // namespace sniff
