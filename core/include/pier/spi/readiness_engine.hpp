// Turns readiness into completion, once for all pollers.
#pragma once

#include <pier/spi/descriptor_pool.hpp>
#include <pier/spi/engine.hpp>
#include <pier/spi/poller.hpp>

#include <memory>

namespace pier::spi {

// Where a poller reports its events during wait().
class ReadySink {
public:
    ReadySink(Poller& poller, Harvest& harvest) noexcept : poller_(poller), harvest_(harvest) {}
    // `bits`: input, output, exceptional.
    void event(Descriptor& descriptor, std::uint8_t bits) noexcept {
        if (bits != input || !news(descriptor.lanes[0])) other_event(descriptor, bits);
    }
    // What Poller::watch() took has ended.
    void ended(Operation& op, const Error& error) noexcept {
        op.clear(Operation::elsewhere);
        harvest_.finished(op, error, 0);
    }

private:
    // Whether an operation waited for it.
    bool news(Lane& lane) noexcept {
        lane.drained = false;
        Operation* op = lane.first;
        if (op == nullptr || op->stage != Stage::in_flight) return false;
        harvest_.ready(*op);
        return true;
    }
    void other_event(Descriptor& descriptor, std::uint8_t bits) noexcept;

    Poller& poller_;
    Harvest& harvest_;
};

class ReadinessEngine final : public Engine {
public:
    explicit ReadinessEngine(std::unique_ptr<Poller> poller);
    ~ReadinessEngine() override;

    Result<Descriptor*> attach(Accepted&& socket, SocketKind kind) override;
    void release(Descriptor& descriptor) noexcept override;
    void bury() noexcept override;
    Progress start(Operation& op) noexcept override;
    void cancel(Operation& op) noexcept override;
    void rest(Operation& op) noexcept override;
    void lost(Descriptor& foreign) noexcept override;
    Result<void> keep_urgent(Descriptor& stream) noexcept override;
    Result<void> room_to_accept() override { return poller_->room_to_accept(); }
    Result<void> wait(Time until, Harvest& harvest) override;
    void wake() noexcept override { poller_->wake(); }

    // Before the first attach: a poller that stands before this one takes its place.
    void wrap(std::unique_ptr<Poller> (*around)(std::unique_ptr<Poller>)) { poller_ = around(std::move(poller_)); }

private:
    std::unique_ptr<Poller> poller_;
    DescriptorPool<PolledDescriptor> pool_;
    Queue<Operation> cancelled_;
};

}  // namespace pier::spi
