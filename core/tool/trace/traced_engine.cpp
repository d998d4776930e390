// An engine whose steps are told: the loop calls it as any other, and it calls the one that it stands before.
#include "ledger.hpp"
#include "traced_poller.hpp"

#include <pier/spi/readiness_engine.hpp>

#include <algorithm>
#include <utility>

namespace pier::spi {
namespace {

std::string_view name_of(SocketKind kind, const Endpoint& peer) noexcept {
    switch (kind) {
        case SocketKind::listener:
            return "listener";
        case SocketKind::datagram:
            return "datagram";
        case SocketKind::foreign:
            return "foreign";
        case SocketKind::pipe:
            return "pipe";
        case SocketKind::stream:
            break;
    }
    return peer.family() == Family::unspecified ? "client" : "accepted";
}

std::uint8_t bit_of(const Operation& op) noexcept { return op.lane_direction() == Direction::read ? input : output; }

class TracedEngine final : public Engine {
public:
    explicit TracedEngine(std::unique_ptr<Engine> engine) : Engine(engine->traits()), engine_(std::move(engine)) {
        if (auto* readiness = dynamic_cast<ReadinessEngine*>(engine_.get())) {
            readiness->wrap([](std::unique_ptr<Poller> poller) { return traced(std::move(poller)); });
        }
        engine_->deliver_by({.run = deliver_told, .who = this});
    }

    Result<void> begin_run() override { return engine_->begin_run(); }
    void end_run() noexcept override { engine_->end_run(); }

    Result<Descriptor*> attach(Accepted&& socket, SocketKind kind) override {
        const std::string_view name = name_of(kind, socket.peer());
        auto attached = engine_->attach(std::move(socket), kind);
        if (attached) {
            sockets_.push_back(*attached);
            ledger_.attached(**attached, name);
        }
        return attached;
    }

    void release(Descriptor& d) noexcept override {
        std::erase(sockets_, &d);
        ledger_.released(d);
        engine_->release(d);
    }

    void bury() noexcept override { engine_->bury(); }
    Result<void> let_go(Descriptor& stream) noexcept override { return engine_->let_go(stream); }
    Result<void> keep_urgent(Descriptor& stream) noexcept override { return engine_->keep_urgent(stream); }
    bool close_released() noexcept override { return engine_->close_released(); }

    Progress start(Operation& op) noexcept override {
        ledger_.met(op);
        const Progress started = engine_->start(op);
        if (started == Progress::finished) {
            ledger_.ended(op, Ledger::Ending::at_once);
        } else if (!traits().speculates) {
            ledger_.tells(Moment::submitted, op);
        }
        return started;
    }

    void cancel(Operation& op) noexcept override {
        ledger_.tells(Moment::cancel, op);
        engine_->cancel(op);
    }

    // Not told: they are no socket's.
    Result<void> adopt_file(NativeHandle file) override { return engine_->adopt_file(file); }
    Result<void> start_file(FileOperation& op) noexcept override { return engine_->start_file(op); }
    void cancel_file(FileOperation& op) noexcept override { engine_->cancel_file(op); }

    void rest(Operation& op) noexcept override { engine_->rest(op); }
    void lost(Descriptor& foreign) noexcept override { engine_->lost(foreign); }

    Result<void> room_to_accept() override { return engine_->room_to_accept(); }

    Result<void> wait(Time until, Harvest& harvest) override {
        ledger_.look_at(sockets_);
        polled_ = until == Time::min();
        Harvest mine;
        auto waited = engine_->wait(until, mine);
        tell_all(mine, harvest);
        return waited;
    }

    void wake() noexcept override { engine_->wake(); }

private:
    // From inside of the inner engine's wait.
    static void deliver_told(void* who, Harvest& inner) noexcept {
        auto& self = *static_cast<TracedEngine*>(who);
        if (!self.delivers_at_once()) return;
        Harvest mine;
        self.tell_all(inner, mine);
        self.deliver(mine);
    }

    // Tells what a wait brought, and hands it on.
    void tell_all(Harvest& from, Harvest& to) {
        // Taken out and put back, since a queue is only read from its front.
        std::vector<Operation*> operations;
        while (Operation* op = from.queue().pop()) operations.push_back(op);
        if (!polled_ || !operations.empty()) ledger_.waited(operations.size(), polled_);
        polled_ = true;  // what else the same wait brings needed no waiting
        for (Operation* op : operations) {
            tell(*op);
            to.queue().push(*op);
        }
    }

    void tell(const Operation& op) {
        if (op.verb == Verb::none) return;
        if (op.stage == Stage::in_flight) return ledger_.tells(Moment::event, op, bit_of(op));
        ledger_.ended(op, traits().speculates ? Ledger::Ending::tried : Ledger::Ending::reported);
    }

    Ledger& ledger_ = Ledger::of_process();
    bool polled_ = false;  // the wait under way, or what is left of it
    std::vector<Descriptor*> sockets_;
    std::unique_ptr<Engine> engine_;
};

// EngineInfo::make is a plain function: whose engines it makes stands here.
EngineInfo inner;

}  // namespace

void trace_to(TraceSink sink) noexcept { Ledger::of_process().set_sink(sink); }

EngineInfo traced(const EngineInfo& engine) noexcept {
    inner = engine;
    EngineInfo outer = engine;
    outer.make = [](ChunkPool& chunks) -> Result<std::unique_ptr<Engine>> {
        auto made = inner.make(chunks);
        if (!made) return fail(made.error());
        return std::make_unique<TracedEngine>(std::move(*made));
    };
    return outer;
}

}  // namespace pier::spi
