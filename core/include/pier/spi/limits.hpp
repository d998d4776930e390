// Every bound of the loop and of the engines: what is done in a row, kept, lent or asked of a system at once. Each says
// why it is what it is. Bounds of one small thing (a host's name, a line of input) stand with that thing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pier::spi::limits {

// Chunks, the loop's lent buffers.

// 16 KiB ones cost a third of bulk throughput.
inline constexpr std::uint32_t chunk_size = 64 * 1024;
// 256 MiB of a loop; beyond it receives wait until one comes back.
inline constexpr std::uint32_t most_chunks = 4096;
// Free ones beyond this go back to the allocator: a handful serve thousands of connections.
inline constexpr std::uint32_t kept_chunks = 64;
static_assert(kept_chunks <= most_chunks);

// One operation.

// So many pieces are handed to the system at once; the rest is a short transfer.
inline constexpr std::uint32_t most_buffers = 16;
// So much is submitted at once: Windows would buffer a larger send without bound.
inline constexpr std::uint32_t largest_submission = 1U << 20;
static_assert(largest_submission >= chunk_size, "a chunk goes out in one piece");

// A turn of the loop.

// Inline work of one delivery, in operations and in bytes: then others get their turn.
inline constexpr std::uint32_t inline_operations = 16;
inline constexpr std::uint32_t inline_bytes = 256 * 1024;
static_assert(inline_bytes >= chunk_size, "a delivery may move at least what was lent to it");
// The rest of the posts waits for the next turn.
inline constexpr std::uint32_t posts_per_turn = 1024;

// Pools: how many elements a slab has. The peak is kept.
inline constexpr std::size_t descriptor_slab = 64;
inline constexpr std::size_t timer_slab = 128;

// Accepting.

// Of a listener that does not say; the system clamps it.
inline constexpr int backlog = 4096;
// More connections than any backlog holds: whatever dies faster is no matter of the queue any more.
inline constexpr int most_dead_connections = 1 << 16;
static_assert(most_dead_connections > backlog);
// Windows tells a datagram socket of sends that could not be delivered: so many such reports are skipped in a row.
inline constexpr int most_expired_datagrams = 1 << 16;

// Blocking calls on worker threads. They wait for a name server or a disk, not for a core, so their number has nothing
// to do with the machine's.
inline constexpr std::size_t worker_threads = 4;
// A job that is not taken is an error at once; one that waits for minutes helps nobody.
inline constexpr std::size_t jobs_waiting = 1024;

// Standard input that was read before anybody asked, in bytes with the ends of lines; then its reader pauses. A line of
// the greatest length fits.
inline constexpr std::size_t input_ahead = 256 * 1024;

// Pollers: what is looked at first is still in the cache when it is served.
inline constexpr int poller_batch = 64;
// A failure of Winsock's select for which no socket is the reason may be somebody's close meanwhile; in a row it is
// not.
inline constexpr int most_unexplained_failures = 100;

// io_uring.

// Entries of one call; a full queue is submitted in between.
inline constexpr unsigned uring_submissions = 1024;
// What may have ended before the loop looks; the kernel keeps what is more at some cost.
inline constexpr unsigned uring_completions = 16 * 1024;
static_assert(uring_completions >= uring_submissions);
// Buffers for the receives of one batch; more fall back to a plain receive.
inline constexpr std::uint16_t uring_buffers = 256;
static_assert((uring_buffers & (uring_buffers - 1)) == 0 && uring_buffers < most_chunks);
// Connections of a listener that nobody has asked for; the rest waits in the kernel's queue, where it can be refused.
inline constexpr std::size_t uring_accepted = 256;
// A peer may have sent its next request before the answer's end was seen; more than that is a stream of data.
inline constexpr std::uint32_t uring_chunks_ahead = 2;
// Chunks that nobody has asked for must not be those that others wait for.
inline constexpr std::uint32_t uring_scarce_chunks = most_chunks / 4;

// The end of a run, where what the system has is cancelled: at once, or soon. Ten seconds in all are for a machine that
// stands still.
inline constexpr std::chrono::milliseconds ending_round{10};
inline constexpr int ending_rounds = 1000;
// io_uring: to make room at the limit of descriptors.
inline constexpr int uring_closing_rounds = 4;

// The overlapped engines.

// AcceptEx calls of a listener: twice as many each time that all of them have been used up at once. One alone costs a
// fifth of churn.
inline constexpr std::size_t first_accept_calls = 8;
inline constexpr std::size_t most_accept_calls = 64;
static_assert(first_accept_calls <= most_accept_calls);
// Completion packets of one call.
inline constexpr std::uint32_t iocp_batch = 64;
// Lent receives that hold a chunk while they wait, because Windows locks it: 4 MiB of a loop. So many of them may be
// connections of which nothing is known yet, and who waits for longer than a second is slow and gets none.
inline constexpr std::size_t lent_ahead = 64;
inline constexpr std::size_t lent_ahead_for_new = 32;
inline constexpr std::uint32_t lent_ahead_slow_after = 1000;  // milliseconds
static_assert(lent_ahead_for_new < lent_ahead && lent_ahead <= kept_chunks);

// libuv.

// What one socket's tasks receive inside of a wait: as much as the loop lets a task move in a row. Each counts as a
// chunk at least. Libuv itself reads up to 32 times from one socket, and on Windows it may come back to it in the same
// uv_run().
inline constexpr std::size_t uv_inline_bytes = 4 * std::size_t{chunk_size};
static_assert(uv_inline_bytes <= inline_bytes);
// How soon a receive looks again for a chunk. Nobody tells the engine when one comes back.
inline constexpr std::chrono::milliseconds uv_chunk_interval{5};
// Libuv repeats a failing accept at once, in a loop that ends only with success, an empty queue or a closed handle. It
// would spin for ever where all descriptors of the process are taken and its own reserve is lost to another thread. We
// give the others that many milliseconds to return one; then the listener is lost, so that the loop is not.
inline constexpr std::uint8_t uv_accept_failures = 16;
// Closing waits for no peer, only for the system's word that a request has ended.
inline constexpr int uv_closing_rounds = 5000;
inline constexpr int uv_eager_closing_rounds = 16;
// What a send copies when it has to wait. The rest goes from the caller's buffer when there is room again, so a small
// copy costs nothing; and it bounds what may still go out after a cancel.
inline constexpr std::size_t uv_waiting_piece = 4096;

}  // namespace pier::spi::limits
