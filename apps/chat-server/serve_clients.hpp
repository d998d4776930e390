// The tasks around a room: they carry packets, and call it when its time has come.
#pragma once

#include "room.hpp"

#include <pier/datagram.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>

namespace chat_server {

// For a UDP socket, until it is cancelled: then the room is closed, and its clients are told. Errors: of receiving.
pier::Task<pier::Result<void>> serve_datagrams(Room& room, pier::Datagram socket);
// For a connection, until its client has left or the room is closed.
pier::Task<pier::Result<void>> serve_stream(Room& room, pier::Stream stream);

}  // namespace chat_server
