// The AcceptEx calls of one listener. Several are under way at once, so that connections that come together are taken
// in one turn; those that nobody has accepted yet wait here, as they would in the system's backlog.
#pragma once

#include "engine/overlapped/overlapped_ops.hpp"

#include <pier/endpoint.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace pier::win32 {

class AcceptQueue;

// One call, and what AcceptEx fills in: both names, each with the 16 bytes more that it asks for.
struct AcceptRecord : OverlappedLane {
    static constexpr DWORD room = sizeof(sockaddr_in6) + 16;
    SOCKET socket = INVALID_SOCKET;  // while the record is in use
    AcceptRecord* next_free = nullptr;
    char names[2 * room];
};

// One thread: the engine's.
class AcceptQueue {
public:
    // `most` calls are under way at a time, at most limits::most_accept_calls. With 1, one is made only for an accept
    // that waits, so nothing is accepted ahead but for one that is cancelled.
    AcceptQueue(SOCKET listener, Family family, std::size_t most) noexcept;
    AcceptQueue(const AcceptQueue&) = delete;
    AcceptQueue& operator=(const AcceptQueue&) = delete;
    ~AcceptQueue();

    // Starts calls until there are enough. Calls under_way(record) for each that the kernel has from then on. An error
    // is remembered for the take() that follows.
    template <class UnderWay>
    void post(const Means& means, bool silent_success, UnderWay under_way) noexcept {
        failure_ = {};  // of calls before, of which another run's thread may have been the reason
        if (under_way_ == 0) wanted_ = std::min(wanted_ == 0 ? spi::limits::first_accept_calls : 2 * wanted_, most_);
        while (free_ != nullptr && under_way_ + count_ < wanted_) {
            AcceptRecord& record = *free_;
            switch (issue(record, means, silent_success)) {
                case Issued::pending:
                    free_ = record.next_free;
                    ++under_way_;
                    under_way(record);
                    break;
                case Issued::arrived:
                    free_ = record.next_free;
                    arrive(record);
                    break;
                case Issued::failed:
                    return;
            }
        }
    }
    // The kernel is done with the record.
    void ended(AcceptRecord& record) noexcept;

    // Finishes the operation with the next connection that is still alive, or with the error that post() met. False:
    // there is none of either. Without a call under way none will come before the next post().
    [[nodiscard]] bool take(spi::AcceptOperation& op, const Means& means) noexcept;

    // The listener goes: what has arrived is reset, the calls under way are cancelled. The queue has to stay until
    // none is.
    void close() noexcept;
    [[nodiscard]] bool closed() const noexcept { return listener_ == INVALID_SOCKET; }
    [[nodiscard]] bool empty() const noexcept { return under_way_ == 0; }

    spi::AcceptOperation* waiting = nullptr;
    AcceptQueue* next = nullptr;  // of those that are closed and not empty

private:
    enum class Issued : std::uint8_t { pending, arrived, failed };

    Issued issue(AcceptRecord& record, const Means& means, bool silent_success) noexcept;
    void arrive(AcceptRecord& record) noexcept {
        arrived_[(first_ + count_++) % spi::limits::most_accept_calls] = &record;
    }
    static void close_socket(AcceptRecord& record) noexcept;
    void drop(AcceptRecord& record) noexcept;
    void refuse(AcceptRecord& record) noexcept;

    SOCKET listener_;
    const Family family_;
    const std::size_t most_;
    std::size_t wanted_ = 0;
    std::size_t under_way_ = 0;
    Error failure_{};
    std::size_t first_ = 0;
    std::size_t count_ = 0;
    std::array<AcceptRecord*, spi::limits::most_accept_calls> arrived_{};  // a ring
    AcceptRecord* free_ = nullptr;
    std::array<AcceptRecord, spi::limits::most_accept_calls> records_;
};

}  // namespace pier::win32
