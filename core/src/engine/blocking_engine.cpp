// The blocking engine: what a program without an event mechanism does. It tries, waits for that one socket, and tries
// again; a deadline and wake() reach it all the same, because the wait is bounded and has a second thing to wake it.
#include <pier/spi/descriptor_pool.hpp>
#include <pier/spi/engine.hpp>
#include <pier/sys/attempt.hpp>
#include <pier/sys/one_waiter.hpp>

namespace pier::spi {
namespace {

sys::Readiness awaited(const Operation& op) noexcept {
    if (op.verb == Verb::wait && op.has(Operation::urgent)) return sys::Readiness::urgent_data;
    return op.lane_direction() == Direction::read ? sys::Readiness::input : sys::Readiness::output;
}

class BlockingEngine final : public Engine {
public:
    explicit BlockingEngine(std::unique_ptr<sys::OneWaiter> waiter)
        : Engine({.speculates = true,
                  .short_receive_drains = true,
                  .short_send_drains = true,
                  .sends_files = sys::sends_files(),
                  .one_at_a_time = true}),
          waiter_(std::move(waiter)) {}
    ~BlockingEngine() override { pool_.bury(); }

    Result<Descriptor*> attach(Accepted&& socket, SocketKind kind) override {
        Accepted owned(std::move(socket));
        Descriptor* d = pool_.acquire(owned, kind);
        if (d == nullptr) return fail(Errc::not_enough_memory);
        (void)owned.take_socket();
        return d;
    }

    void release(Descriptor& d) noexcept override { pool_.close(d); }
    void bury() noexcept override { pool_.bury(); }

    // A second operation is refused: waiting for the first alone would leave it hanging.
    Progress start(Operation& op) noexcept override {
        if (waiting_ != nullptr && waiting_ != &op) {
            op.finish(Error{Errc::one_operation_at_a_time, 0});
            return Progress::finished;
        }
        waiting_ = &op;
        return Progress::parked;
    }

    void cancel(Operation&) noexcept override { cancelled_ = true; }

    Result<void> wait(Time until, Harvest& harvest) override {
        if (cancelled_) {
            cancelled_ = false;
            harvest.finished(*std::exchange(waiting_, nullptr), Error{Errc::operation_canceled, 0}, 0);
            return {};
        }
        if (waiting_ == nullptr) {
            auto slept = waiter_->wait(no_socket, sys::Readiness::input, until);
            return slept ? Result<void>() : fail(slept.error());
        }
        auto ready = waiter_->wait(waiting_->descriptor->socket, awaited(*waiting_), until);
        if (!ready) {
            // The socket's failure, not the loop's.
            harvest.finished(*std::exchange(waiting_, nullptr), ready.error(), 0);
        } else if (*ready) {
            Operation& op = *std::exchange(waiting_, nullptr);
            op.descriptor->lane_of(op).drained = false;
            harvest.ready(op);
        }
        return {};
    }

    void wake() noexcept override { waiter_->wake(); }

private:
    std::unique_ptr<sys::OneWaiter> waiter_;
    DescriptorPool<Descriptor> pool_;
    Operation* waiting_ = nullptr;
    bool cancelled_ = false;
};

}  // namespace

EngineInfo blocking_engine_info() {
    return {
        .name = "blocking",
        .summary = "blocking calls, one connection after the other: the simplest server there is",
        .one_at_a_time = true,
        .probe = [] { return std::string(); },
        .make = [](ChunkPool&) -> Result<std::unique_ptr<Engine>> {
            auto waiter = sys::make_one_waiter();
            if (!waiter) return fail(waiter.error());
            return std::make_unique<BlockingEngine>(std::move(*waiter));
        },
    };
}

}  // namespace pier::spi
