// Whether the process has descriptors left. Where libuv finds none it closes a connection that it has just accepted
// (uv__emfile_trick), or ends the process (uv__signal_global_init), and tells nobody: so this is asked before.
#pragma once

namespace pier::uv {

// Whether `count` more can be opened now: 0, or libuv's code. Always 0 on Windows, whose sockets have no such limit.
[[nodiscard]] int room_for(int count) noexcept;

// A number from which on it is worth asking: descriptors are given lowest first.
[[nodiscard]] int crowded_from() noexcept;

}  // namespace pier::uv
