// The client's end of a conversation: lines, and bytes between them.
#pragma once

#include "options.hpp"

#include <pier/result.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>
#include <pier/transfer/message.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace file_client {

// Each wait is bounded by --timeout.
class Wire {
public:
    explicit Wire(const Options& options) : options_(options), buffer_(room) {}

    // Connects and asks: what the server answers. Nothing after a sentence.
    [[nodiscard]] pier::Task<std::optional<pier::transfer::Answer>> ask(pier::transfer::Request request);

    // The next line, without its end. Errors: end_of_stream where the server has ended; message_size for a line that is
    // too long; the stream's.
    [[nodiscard]] pier::Task<pier::Result<std::string>> next_line();
    // Some bytes, at most so many, and at least one; valid until the next call. Errors: end_of_stream; the stream's.
    [[nodiscard]] pier::Task<pier::Result<std::span<const std::byte>>> next_bytes(std::uint64_t most);
    // Says that everything has come, and closes. What becomes of it is the server's matter alone.
    [[nodiscard]] pier::Task<void> thank();

private:
    static constexpr std::size_t room = 256 * 1024;

    // Receives into the empty buffer.
    pier::Task<pier::Result<void>> fill();

    const Options& options_;
    pier::Stream stream_;
    std::vector<std::byte> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

// The sentence about what has gone wrong with the connection; what the server has broken off is said by the caller. An
// interrupt, of which nothing is to be said, is operation_canceled.
void complain_of_server(const Options& options, const pier::Error& error);

}  // namespace file_client
