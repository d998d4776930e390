#include "traced_poller.hpp"

#include "ledger.hpp"

#include <utility>

namespace pier::spi {
namespace {

class TracedPoller final : public Poller {
public:
    explicit TracedPoller(std::unique_ptr<Poller> poller) : Poller(poller->traits()), poller_(std::move(poller)) {}

    Result<NativeSocket> admit(NativeSocket socket, bool ours) override { return poller_->admit(socket, ours); }
    Result<void> room_to_accept() override { return poller_->room_to_accept(); }

    Result<void> add(Descriptor& d, std::uint8_t interest) override {
        auto told = poller_->add(d, interest);
        if (told) ledger_.tells(Moment::armed, d, interest);
        return told;
    }

    Result<void> change(Descriptor& d, std::uint8_t interest) override {
        const auto given_up = static_cast<std::uint8_t>(d.interest & ~interest);
        auto told = poller_->change(d, interest);
        if (!told) return told;
        if (given_up != 0) {
            ledger_.tells(Moment::disarmed, d, given_up);
        } else {
            ledger_.tells(Moment::armed, d, interest);
        }
        return told;
    }

    void remove(Descriptor& d) noexcept override { poller_->remove(d); }

    Result<Watched> watch(Operation& op) override {
        auto watched = poller_->watch(op);
        if (watched && *watched == Watched::apart) ledger_.tells(Moment::submitted, op);
        return watched;
    }
    void unwatch(Operation& op) noexcept override { poller_->unwatch(op); }

    Result<void> wait(Time until, ReadySink& sink) override { return poller_->wait(until, sink); }
    void wake() noexcept override { poller_->wake(); }

private:
    Ledger& ledger_ = Ledger::of_process();
    std::unique_ptr<Poller> poller_;
};

}  // namespace

std::unique_ptr<Poller> traced(std::unique_ptr<Poller> poller) {
    return std::make_unique<TracedPoller>(std::move(poller));
}

}  // namespace pier::spi
