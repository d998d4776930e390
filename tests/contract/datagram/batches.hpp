// What the cases of batches share.
#pragma once

#include "bytes.hpp"
#include "harness.hpp"
#include "open.hpp"

#include <pier/socket/datagram_batch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace contract {

using Bytes = std::vector<std::byte>;

inline Bytes copy_of(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

inline pier::Datagram connected_datagram(const pier::Endpoint& peer, const pier::Endpoint& local = {}) {
    auto socket = pier::Datagram::connect(peer, local);
    REQUIRE(outcome(socket) == Errc::ok);
    return std::move(*socket);
}

// To one receiver, in that order. The data is the caller's.
inline std::vector<pier::OutgoingDatagram> addressed(const std::vector<Bytes>& all, const pier::Endpoint& to) {
    std::vector<pier::OutgoingDatagram> list;
    for (const Bytes& bytes : all) list.push_back({bytes, to});
    return list;
}

inline std::vector<Bytes> patterns(std::span<const std::size_t> sizes) {
    std::vector<Bytes> all;
    for (std::size_t i = 0; i < sizes.size(); ++i) all.push_back(pattern(sizes[i], static_cast<std::uint32_t>(i + 1)));
    return all;
}

// Sends all, or fails the case.
inline Task<void> send_list(const pier::Datagram& from, const std::vector<pier::OutgoingDatagram>& list) {
    auto sent = co_await send_many(from, list, limit());
    REQUIRE(outcome(sent) == Errc::ok);
    CHECK(*sent == list.size());
}

// So many of them, with as many receives as it takes. Each gives one at least, and no more than fits.
template <class Socket>
Task<std::vector<Bytes>> receive_count(const Socket& at, pier::DatagramBatch& batch, std::size_t count) {
    std::vector<Bytes> all;
    while (all.size() < count) {
        auto came = co_await receive_many(at, batch, limit());
        REQUIRE(outcome(came) == Errc::ok);
        REQUIRE(*came > 0);
        CHECK(*came == batch.size());
        for (const pier::BatchedDatagram& datagram : batch) all.push_back(copy_of(datagram.data));
    }
    co_return all;
}

}  // namespace contract
