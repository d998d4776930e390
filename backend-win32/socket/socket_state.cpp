// What an attempt asks and prepares; apart from the attempts, which a program may stand before.
#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/spi/piece.hpp>

#include <algorithm>

namespace pier::win32 {

void collect(const spi::Operation& op, Pieces& pieces) noexcept {
    if (!op.has(spi::Operation::vectored)) {
        pieces.size = std::min(op.length, spi::largest_submission);
        pieces.count = 1;
        pieces.array[0] = {pieces.size, reinterpret_cast<char*>(op.buffer)};
        return;
    }
    pieces.count = 0;
    pieces.size = 0;
    for (DWORD i = 0; i < std::min(op.length, spi::most_buffers) && pieces.size < spi::largest_submission; ++i) {
        auto room = static_cast<std::size_t>(spi::largest_submission - pieces.size);
        const Buffer piece = spi::piece_of(op, i);
        auto size = static_cast<ULONG>(std::min(piece.size, room));
        pieces.array[pieces.count++] = {size, reinterpret_cast<char*>(piece.data)};
        pieces.size += size;
    }
}

namespace {

bool wants_haste() noexcept {
    wchar_t value[4];
    const DWORD length = ::GetEnvironmentVariableW(L"PIER_HASTEN_REFUSAL", value, 4);
    return length != 1 || value[0] != L'0';
}

}  // namespace

// As libuv does: with this value in both fields the first SYN is the only one (Windows 10 1709 and later). Only for
// loopback, where no SYN gets lost. The price: a listener whose backlog is full answers a SYN as a closed port does,
// and the repeated SYNs, half a second apart, are what gives it time to accept. So a program that meets full backlogs
// on its own machine can switch it off.
void hasten_refusal(SOCKET socket, const Endpoint& target) noexcept {
    static const bool wanted = wants_haste();
    if (!wanted || !target.is_loopback()) return;
    TCP_INITIAL_RTO_PARAMETERS once{};
    once.Rtt = TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS;
    once.MaxSynRetransmissions = TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS;
    DWORD size = 0;
    (void)::WSAIoctl(socket, static_cast<DWORD>(SIO_TCP_INITIAL_RTO), &once, sizeof once, nullptr, 0, &size, nullptr,
                     nullptr);
}

// fd_set is an array here, so the socket's number is no limit.
Result<SocketState> state_of(SOCKET socket) noexcept {
    fd_set reads;
    reads.fd_count = 1;
    reads.fd_array[0] = socket;
    fd_set writes = reads;
    fd_set excepts = reads;
    timeval at_once{};
    int ready = ::select(0, &reads, &writes, &excepts, &at_once);
    if (ready < 0) return fail(last_socket_error());
    return SocketState{reads.fd_count != 0, writes.fd_count != 0, excepts.fd_count != 0};
}

}  // namespace pier::win32
