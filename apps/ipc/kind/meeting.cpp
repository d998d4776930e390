#include "kind/meeting.hpp"

#include "kind/names.hpp"

#include <chrono>
#include <filesystem>

namespace ipc {
namespace {

constexpr pier::Duration patience = std::chrono::seconds(30);

pier::Result<pier::Endpoint> free_path() {
    std::error_code failure;
    const auto folder = std::filesystem::temp_directory_path(failure);
    if (failure) return pier::fail(pier::Errc::directory_not_found);
    const auto path = (folder / unique_word()).u8string();
    return pier::Endpoint::unix_path(std::string(path.begin(), path.end()));
}

}  // namespace

OrFault<pier::Listener> listen_at_path() {
    const auto place = free_path();
    if (!place) return fault("finding a path for a socket", place.error());
    auto listener = pier::Listener::open(*place);
    if (!listener) return fault("listening on " + place->to_string(), listener.error());
    return std::move(*listener);
}

OrFault<pier::Listener> listen_anyhow() {
    if (auto listener = listen_at_path()) return listener;
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) return fault("listening", listener.error());
    return std::move(*listener);
}

pier::Task<OrFault<pier::Stream>> accept_one(pier::Listener& listener) {
    auto stream = co_await listener.accept(pier::after(patience));
    listener.close();
    if (!stream) co_return fault("accepting the second process", stream.error());
    co_return std::move(*stream);
}

pier::Task<OrFault<pier::Stream>> connect_to(std::string address) {
    const auto place = pier::Endpoint::parse(address);
    if (!place) co_return fault("\"" + address + "\"", place.error());
    auto stream = co_await pier::Stream::connect(*place, pier::after(patience));
    if (!stream) co_return fault("connecting to " + address, stream.error());
    co_return std::move(*stream);
}

}  // namespace ipc
