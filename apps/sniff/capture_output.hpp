// A capture file that is written.
#pragma once

#include "packet.hpp"

#include <pier/file.hpp>
#include <pier/process/byte_output.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sniff {

// Records are collected, and written as many at a time: so the file ends with a whole record, unless the disk is full
// in the middle of one; then it is cut off behind the last whole one. Confined to its loop's thread.
class CaptureOutput {
public:
    // "-" is standard output. It is pcapng where the name ends so, else pcap with nanoseconds. Not for a file that
    // exists and is none. Errors: those of File::open().
    [[nodiscard]] pier::Task<pier::Result<void>> open(const std::string& name, pier::packet::LinkType link,
                                                      std::uint32_t snap_length, const std::string& interface);
    // False for a packet of another kind of link than the file's, which a pcap file has no place for.
    [[nodiscard]] bool add(const Packet& packet);
    [[nodiscard]] bool wants_flush() const noexcept { return collected_.size() >= enough; }
    // Errors: disk_full and others of File::write_at(); broken_pipe of standard output.
    [[nodiscard]] pier::Task<pier::Result<void>> flush();

private:
    static constexpr std::size_t enough = std::size_t{256} << 10;

    bool is_pcapng_ = false;
    pier::packet::LinkType link_ = pier::packet::LinkType::ethernet;
    std::optional<pier::File> file_;
    std::optional<pier::ByteOutput> standard_;
    std::uint64_t size_ = 0;  // of the file, up to its last whole record
    std::vector<std::byte> collected_;
};

}  // namespace sniff
