// What multishot entries have brought before anybody asked for it: connections of a listener, data of a stream.
#pragma once

#include <pier/spi/chunk_pool.hpp>
#include <pier/spi/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pier::posix {

// A multishot entry of a descriptor: a listener's accept, a stream's receive. Without `never` it is armed when it is
// wanted.
struct UringEntry {
    bool armed = false;  // the ring has it
    bool full = false;   // it was cancelled because more came than anybody asked for
    bool fresh = false;  // a stream's: the connection may have died before it was armed
    bool never = false;  // a listener that accepts nothing ahead; a stream whose receives are tries
};

// A connection that nobody accepts is reset, as the system does with those of its own queue.
void refuse_connection(int socket) noexcept;

// Connections, oldest first.
class AcceptedAhead {
public:
    // Refuses it where there is no memory even for its number.
    void add(int socket) noexcept;
    // Below 0 when there is none.
    [[nodiscard]] int take() noexcept;
    [[nodiscard]] std::size_t count() const noexcept { return sockets_.size() - from_; }
    void refuse_all() noexcept;

private:
    std::vector<int> sockets_;
    std::size_t from_ = 0;
};

// Data in a chunk.
struct UringPiece {
    std::byte* chunk;
    std::uint32_t begin;  // what precedes it has been taken
    std::uint32_t end;
    UringPiece* next;
};

// Of an engine: the pieces of all its streams, and the chunks that they hold.
class UringPieces {
public:
    explicit UringPieces(spi::ChunkPool& chunks) noexcept : chunks_(chunks) {}
    UringPieces(const UringPieces&) = delete;
    UringPieces& operator=(const UringPieces&) = delete;
    ~UringPieces();

    // Null when memory is short.
    [[nodiscard]] UringPiece* make(std::byte* chunk, std::uint32_t size) noexcept;
    // With its chunk, where it still has one.
    void recycle(UringPiece& piece) noexcept;
    void give_back(std::byte* chunk) noexcept { chunks_.give_back(chunk); }

private:
    spi::ChunkPool& chunks_;
    UringPiece* free_ = nullptr;
};

// Data, and what follows it.
class ReceivedAhead {
public:
    // finished: with what is there. parked: nothing is there, and the operation was left alone.
    spi::Progress serve(spi::Operation& op, UringPieces& pool) noexcept;
    [[nodiscard]] bool has_data() const noexcept { return first_ != nullptr; }
    [[nodiscard]] std::uint32_t pieces() const noexcept { return count_; }

    enum class Kept : bool { no, yes };
    // The chunk is the stream's from now on. Not kept for want of memory: then the connection is told to be lost.
    [[nodiscard]] Kept keep(std::byte* chunk, std::uint32_t size, UringPieces& pool) noexcept;
    // What follows the data: 0, the end, or a negative errno.
    void end(int result) noexcept { input_ = result; }
    [[nodiscard]] bool ends_by_reset() const noexcept;
    void drop(UringPieces& pool) noexcept;

private:
    std::size_t copy(spi::Operation& op, UringPieces& pool) noexcept;
    void drop_first(UringPieces& pool) noexcept;

    static constexpr int going_on = 1;
    UringPiece* first_ = nullptr;
    std::uint32_t count_ = 0;
    int input_ = going_on;
};

}  // namespace pier::posix
