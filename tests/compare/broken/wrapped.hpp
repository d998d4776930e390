// An engine around another one, which does all of its work: what a broken one does otherwise, it overrides.
#pragma once

#include <pier/spi/engine.hpp>

#include <memory>
#include <utility>

namespace broken {

class Wrapped : public pier::spi::Engine {
public:
    explicit Wrapped(std::unique_ptr<Engine> sound) : Engine(sound->traits()), sound_(std::move(sound)) {}

    pier::Result<pier::spi::Descriptor*> attach(pier::spi::Accepted&& socket, pier::spi::SocketKind kind) override {
        return sound_->attach(std::move(socket), kind);
    }
    void release(pier::spi::Descriptor& descriptor) noexcept override { sound_->release(descriptor); }
    void bury() noexcept override { sound_->bury(); }
    pier::spi::Started start(pier::spi::Operation& op) noexcept override { return sound_->start(op); }
    void cancel(pier::spi::Operation& op) noexcept override { sound_->cancel(op); }
    pier::Result<void> room_to_accept() override { return sound_->room_to_accept(); }
    pier::Result<void> wait(pier::Time until, pier::spi::Harvest& harvest) override {
        return sound_->wait(until, harvest);
    }
    void wake() noexcept override { sound_->wake(); }

private:
    std::unique_ptr<Engine> sound_;
};

}  // namespace broken
