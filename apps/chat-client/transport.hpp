// The way to the server: a datagram for each packet, or a connection with each behind its length.
#pragma once

#include <pier/datagram.hpp>
#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/socket/connect_by_name.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <vector>

namespace chat_client {

// Confined to its loop; one receive and one send at a time.
class Transport {
public:
    // A connection to the first of the server's addresses that answers; its errors.
    pier::Task<std::expected<void, pier::ConnectFailure>> connect(std::vector<pier::Endpoint> server,
                                                                  pier::Deadline deadline);
    // A datagram's way to the first of them, whether anybody is there or not. Errors: of Datagram::connect.
    pier::Result<void> open(std::vector<pier::Endpoint> server);
    // To the next one of them, after the last the first again. Of an open datagram's way, while nothing is received. It
    // stays as it was where that fails, or where there is only one.
    void turn_to_next();
    pier::Task<pier::Result<void>> send(std::span<const std::byte> packet);
    // A packet's size; nothing when the connection has ended. Errors: connection_refused of a datagram's way means that
    // nobody was there for an earlier one, and it goes on; message_size for a packet that is none.
    pier::Task<pier::Result<std::optional<std::size_t>>> receive(std::span<std::byte> into);
    // Ends the sending direction of a connection.
    void finish() noexcept;

private:
    bool tcp_ = false;
    std::vector<pier::Endpoint> server_;  // of a datagram's way
    std::size_t current_ = 0;
    pier::Datagram datagrams_;
    pier::Stream stream_;
};

}  // namespace chat_client
