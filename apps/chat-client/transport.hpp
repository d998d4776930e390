// The way to the server: a datagram for each packet, or a connection with each behind its length.
#pragma once

#include <pier/datagram.hpp>
#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace chat_client {

// Confined to its loop; one receive and one send at a time.
class Transport {
public:
    // Errors: of Datagram::connect or Stream::connect. A datagram's way is open at once, whether anybody is there or
    // not.
    pier::Task<pier::Result<void>> open(const pier::Endpoint& server, bool tcp, pier::Deadline deadline);
    pier::Task<pier::Result<void>> send(std::span<const std::byte> packet);
    // A packet's size; nothing when the connection has ended. Errors: connection_refused of a datagram's way means that
    // nobody was there for an earlier one, and it goes on; message_size for a packet that is none.
    pier::Task<pier::Result<std::optional<std::size_t>>> receive(std::span<std::byte> into);
    // Ends the sending direction of a connection.
    void finish() noexcept;

private:
    bool tcp_ = false;
    pier::Datagram datagrams_;
    pier::Stream stream_;
};

}  // namespace chat_client
