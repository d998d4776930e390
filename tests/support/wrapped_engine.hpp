// An engine around another one, which does all of its work: what is to differ is overridden.
#pragma once

#include <pier/loop.hpp>
#include <pier/spi/engine.hpp>

#include <memory>
#include <utility>

namespace support {

class WrappedEngine : public pier::spi::Engine {
public:
    explicit WrappedEngine(std::unique_ptr<Engine> sound) : Engine(sound->traits()), sound_(std::move(sound)) {}

    pier::Result<void> begin_run() override { return sound_->begin_run(); }
    void end_run() noexcept override { sound_->end_run(); }
    pier::Result<pier::spi::Descriptor*> attach(pier::spi::Accepted&& socket, pier::spi::SocketKind kind) override {
        return sound_->attach(std::move(socket), kind);
    }
    void release(pier::spi::Descriptor& descriptor) noexcept override { sound_->release(descriptor); }
    void bury() noexcept override { sound_->bury(); }
    pier::Result<void> let_go(pier::spi::Descriptor& stream) noexcept override { return sound_->let_go(stream); }
    pier::Result<void> keep_urgent(pier::spi::Descriptor& stream) noexcept override {
        return sound_->keep_urgent(stream);
    }
    bool close_released() noexcept override { return sound_->close_released(); }
    pier::spi::Progress start(pier::spi::Operation& op) noexcept override { return sound_->start(op); }
    void cancel(pier::spi::Operation& op) noexcept override { sound_->cancel(op); }
    pier::Result<void> adopt_file(pier::NativeHandle file) override { return sound_->adopt_file(file); }
    pier::Result<void> start_file(pier::spi::FileOperation& op) noexcept override { return sound_->start_file(op); }
    void cancel_file(pier::spi::FileOperation& op) noexcept override { sound_->cancel_file(op); }
    void rest(pier::spi::Operation& op) noexcept override { sound_->rest(op); }
    void lost(pier::spi::Descriptor& foreign) noexcept override { sound_->lost(foreign); }
    pier::Result<void> room_to_accept() override { return sound_->room_to_accept(); }
    pier::Result<void> wait(pier::Time until, pier::spi::Harvest& harvest) override {
        return sound_->wait(until, harvest);
    }
    void wake() noexcept override { sound_->wake(); }

private:
    std::unique_ptr<Engine> sound_;
};

// A loop on that engine, inside of a Wrapper, which is made of the engine and `told` and lives as long as the loop. One
// thread makes such loops.
template <class Wrapper, class Told>
[[nodiscard]] pier::Result<std::unique_ptr<pier::Loop>> make_wrapped_loop(const pier::EngineInfo& engine, Told& told) {
    static const pier::EngineInfo* inner = nullptr;  // static: EngineInfo::make is a plain function
    static Told* told_to = nullptr;
    inner = &engine;
    told_to = &told;
    pier::EngineInfo wrapped = engine;
    wrapped.make = [](pier::spi::ChunkPool& chunks) -> pier::Result<std::unique_ptr<pier::spi::Engine>> {
        auto made = inner->make(chunks);
        if (!made) return pier::fail(made.error());
        return std::make_unique<Wrapper>(std::move(*made), *told_to);
    };
    return pier::Loop::create(wrapped);
}

}  // namespace support
