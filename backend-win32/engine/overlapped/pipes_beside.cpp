// Winsock's select, WSAEventSelect and libuv wait for sockets alone. So a pipe's operations are overlapped ones with an
// event, for which a thread of the system's pool waits; it only wakes the engine, and the loop's thread takes what has
// ended. A loop without pipes has neither event nor thread for them.
#include "engine/overlapped/pipes_beside.hpp"

#include "engine/overlapped/overlapped_ops.hpp"
#include "engine/overlapped/overlapped_scan.hpp"
#include "engine/owned_handle.hpp"
#include "process/error.hpp"

#include <pier/spi/descriptor_pool.hpp>

#include <atomic>
#include <optional>
#include <utility>

namespace pier::win32 {
namespace {

using spi::Descriptor;
using spi::Harvest;
using spi::Operation;
using spi::Progress;
using spi::SocketKind;
using Kind = Outcome::Kind;

class PipesBeside final : public spi::Engine {
public:
    explicit PipesBeside(std::unique_ptr<Engine> engine) : Engine(engine->traits()), engine_(std::move(engine)) {}
    // No pipe is attached any more, so nothing is under way.
    ~PipesBeside() override {
        if (registered_ != nullptr) ::UnregisterWaitEx(registered_, INVALID_HANDLE_VALUE);  // waits for its callbacks
        pool_.bury();
    }

    Result<void> begin_run() override { return engine_->begin_run(); }
    void end_run() noexcept override { engine_->end_run(); }
    Result<Descriptor*> attach(spi::Accepted&& socket, SocketKind kind) override {
        if (kind == SocketKind::pipe) return attach_pipe(std::move(socket));
        return engine_->attach(std::move(socket), kind);
    }
    void release(Descriptor& d) noexcept override {
        if (d.kind != SocketKind::pipe) return engine_->release(d);
        pool_.close(static_cast<OverlappedDescriptor&>(d));
    }
    void bury() noexcept override {
        pool_.bury();
        engine_->bury();
    }
    Result<void> keep_urgent(Descriptor& stream) noexcept override { return engine_->keep_urgent(stream); }
    Result<void> adopt_file(NativeHandle file) override { return engine_->adopt_file(file); }
    Result<void> start_file(spi::FileOperation& op) noexcept override { return engine_->start_file(op); }
    void cancel_file(spi::FileOperation& op) noexcept override { engine_->cancel_file(op); }
    bool close_released() noexcept override { return engine_->close_released(); }
    Progress start(Operation& op) noexcept override {
        return op.descriptor->kind == SocketKind::pipe ? start_pipe(op) : engine_->start(op);
    }
    void cancel(Operation& op) noexcept override {
        if (op.descriptor->kind == SocketKind::pipe) return request_cancel(op);
        engine_->cancel(op);
    }
    void rest(Operation& op) noexcept override {
        if (op.descriptor->kind != SocketKind::pipe) engine_->rest(op);
    }
    void lost(Descriptor& foreign) noexcept override { engine_->lost(foreign); }
    Result<void> room_to_accept() override { return engine_->room_to_accept(); }
    Result<void> wait(Time until, Harvest& harvest) override;
    void wake() noexcept override { engine_->wake(); }

private:
    [[nodiscard]] Result<void> open() noexcept;
    [[nodiscard]] Result<Descriptor*> attach_pipe(spi::Accepted&& pipe);
    [[nodiscard]] Progress start_pipe(Operation& op) noexcept;
    bool reap(Harvest& harvest) noexcept;
    void ended(OverlappedLane& record, Harvest& harvest) noexcept;

    // On a thread of the pool. Who does not sleep looks by itself before it does.
    static void CALLBACK told(void* context, BOOLEAN) noexcept {
        auto& self = *static_cast<PipesBeside*>(context);
        if (self.asleep_.load()) self.engine_->wake();
    }
    static void deliver_on(void* who, Harvest& harvest) noexcept { static_cast<PipesBeside*>(who)->deliver(harvest); }

    std::unique_ptr<Engine> engine_;
    spi::DescriptorPool<OverlappedDescriptor> pool_;
    std::optional<OverlappedScan> scan_;  // from the first pipe on
    Means means_;
    HANDLE registered_ = nullptr;
    std::atomic<bool> asleep_{false};
    spi::Queue<Operation> postponed_;  // ended at once, and more of them than one turn may have
    std::uint32_t at_once_ = 0;
};

// The event is reset by whoever waits for it: else its thread would call back without end.
Result<void> PipesBeside::open() noexcept {
    if (!scan_) {
        OwnedHandle event(::CreateEventW(nullptr, FALSE, FALSE, nullptr));
        if (!event) return fail(translate(::GetLastError()));
        scan_.emplace(std::move(event));
        means_.event = scan_->event();
    }
    if (registered_ != nullptr) return {};
    if (::RegisterWaitForSingleObject(&registered_, scan_->event(), told, this, INFINITE, WT_EXECUTEINWAITTHREAD)) {
        return {};
    }
    registered_ = nullptr;
    return fail(translate(::GetLastError()));
}

Result<Descriptor*> PipesBeside::attach_pipe(spi::Accepted&& pipe) {
    spi::Accepted given(std::move(pipe));
    auto opened = open();
    if (opened) opened = scan_->reserve(2 * (pool_.live() + 1));
    if (!opened) {
        (void)given.take_socket();  // it stays its owner's
        return fail(opened.error());
    }
    OverlappedDescriptor* d = pool_.acquire(given, SocketKind::pipe);
    if (d == nullptr) return fail(Errc::not_enough_memory);
    d->silent_success = true;  // the event is only a hint
    // The loop never has to try: start_pipe() is the try.
    for (spi::Lane& lane : d->lanes) lane.drained = true;
    return d;
}

Progress PipesBeside::start_pipe(Operation& op) noexcept {
    const Outcome outcome = begin(op, means_);
    if (outcome.kind == Kind::pending) {
        scan_->add(static_cast<OverlappedDescriptor&>(*op.descriptor).record_of(op));
        return Progress::parked;
    }
    if (at_once_ < spi::limits::inline_operations) {
        ++at_once_;
        op.finish(outcome.error, outcome.transferred);
        return Progress::finished;
    }
    // A loop that counts tries has counted none of these: others get their turn now.
    op.error = outcome.error;
    op.transferred = outcome.transferred;
    op.set(Operation::harvested);  // there is nothing that could be cancelled
    postponed_.push(op);
    return Progress::parked;
}

Result<void> PipesBeside::wait(Time until, Harvest& harvest) {
    engine_->deliver_by(delivers_at_once() ? spi::Delivery{.run = deliver_on, .who = this} : spi::Delivery{});
    if (!scan_) return engine_->wait(until, harvest);
    at_once_ = 0;
    // Before the look, so that the end of what is not found is told.
    asleep_.store(true);
    const bool found = reap(harvest);
    auto waited = engine_->wait(found ? Time::min() : until, harvest);
    asleep_.store(false);
    (void)reap(harvest);
    return waited;
}

bool PipesBeside::reap(Harvest& harvest) noexcept {
    bool found = !postponed_.empty();
    while (Operation* op = postponed_.pop()) {
        op->clear(Operation::harvested);
        harvest.finished(*op, op->error, op->transferred);
    }
    found |= scan_->reap([&](OverlappedLane& record) { ended(record, harvest); });
    return found;
}

void PipesBeside::ended(OverlappedLane& record, Harvest& harvest) noexcept {
    Operation& op = *record.op;
    Outcome outcome = conclude(record);
    if (outcome.kind == Kind::again) outcome = begin(op, means_);
    if (outcome.kind == Kind::pending) return scan_->add(record);
    harvest.finished(op, outcome.error, outcome.transferred);
}

}  // namespace

Result<std::unique_ptr<spi::Engine>> pipes_beside(std::unique_ptr<spi::Engine> engine) {
    return std::make_unique<PipesBeside>(std::move(engine));
}

}  // namespace pier::win32
