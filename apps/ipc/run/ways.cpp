#include "run/ways.hpp"

#include "blocking_side.hpp"
#include "kind/names.hpp"

#include <pier/tool/raw_ipc.hpp>

#include <algorithm>

namespace ipc {
namespace {

using pier::sys::RawEnd;
using pier::sys::RawHost;
using pier::sys::RawKind;

const RawKind* find_raw(const Kind& kind) {
    const auto all = pier::sys::raw_kinds();
    const auto found = std::ranges::find(all, kind.name, &RawKind::name);
    return found == all.end() ? nullptr : &*found;
}

struct RawChannel {
    std::unique_ptr<RawEnd> end;

    pier::Result<void> send(std::span<const std::byte> bytes) { return end->send(bytes); }
    pier::Result<std::size_t> receive(std::span<std::byte> into) { return end->receive(into); }
};

OpenedSide open_raw(const RawKind& kind, pier::Result<std::unique_ptr<RawEnd>> end) {
    if (!end) return fault("opening it by bare system calls", end.error());
    return make_blocking_side(RawChannel{std::move(*end)}, kind.messages ? Gives::messages : Gives::bytes);
}

// Bare system calls as a way to talk like any other.
class RawWay final : public Host {
public:
    RawWay(const RawKind& kind, std::unique_ptr<RawHost> host)
        : kind_(kind), host_(std::move(host)), invitation_{host_->words, host_->inherited} {}

    const Invitation& invitation() const noexcept override { return invitation_; }

    pier::Task<OpenedSide> meet(const pier::Process& other) override {
        auto work = [host = host_, id = other.id()] { return host->meet(id); };
        auto end = co_await pier::on_worker(std::move(work));
        co_return open_raw(kind_, std::move(end));
    }

private:
    const RawKind& kind_;
    std::shared_ptr<RawHost> host_;
    Invitation invitation_;
};

pier::Task<OpenedSide> join_raw(const RawKind& kind, std::vector<std::string> words) {
    auto work = [&kind, words = std::move(words)] { return kind.join(words); };
    auto end = co_await pier::on_worker(std::move(work));
    co_return open_raw(kind, std::move(end));
}

}  // namespace

bool has_raw(const Kind& kind) { return find_raw(kind) != nullptr; }

OrFault<std::unique_ptr<Host>> make_host(const Kind& kind, Way way) {
    const RawKind* raw = find_raw(kind);
    if (way == Way::pier || raw == nullptr) return kind.host();
    auto host = raw->host(unique_word());
    if (!host) return fault("making it by bare system calls", host.error());
    return std::make_unique<RawWay>(*raw, std::move(*host));
}

pier::Task<OpenedSide> join(const Kind& kind, Way way, std::vector<std::string> words) {
    const RawKind* raw = find_raw(kind);
    if (way == Way::pier || raw == nullptr) return kind.join(std::move(words));
    return join_raw(*raw, std::move(words));
}

}  // namespace ipc
