#include "dies.hpp"

#include "../../support/wrapped_engine.hpp"
#include "unbroken.hpp"

#include <chrono>
#include <thread>

namespace broken {
namespace {

using Death = void (*)();

class Dies : public support::WrappedEngine {
public:
    Dies(std::unique_ptr<Engine> sound, Death death) : support::WrappedEngine(std::move(sound)), death_(death) {}

    pier::Result<pier::spi::Descriptor*> attach(pier::spi::Accepted&& socket, pier::spi::SocketKind kind) override {
        if (kind == pier::spi::SocketKind::datagram) death_();
        return support::WrappedEngine::attach(std::move(socket), kind);
    }

private:
    Death death_;
};

pier::Result<std::unique_ptr<pier::spi::Engine>> make(pier::spi::ChunkPool& chunks, Death death) {
    auto sound = pier::spi::unbroken_platform_engines().front().make(chunks);
    if (!sound) return pier::fail(sound.error());
    return std::make_unique<Dies>(std::move(*sound), death);
}

// The real thing: an exit or abort() would not meet what a system does with a program that breaks.
void write_to_nowhere() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}

void sleep_for_ever() {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace

pier::Result<std::unique_ptr<pier::spi::Engine>> make_crashes(pier::spi::ChunkPool& chunks) {
    return make(chunks, write_to_nowhere);
}

pier::Result<std::unique_ptr<pier::spi::Engine>> make_hangs(pier::spi::ChunkPool& chunks) {
    return make(chunks, sleep_for_ever);
}

}  // namespace broken
