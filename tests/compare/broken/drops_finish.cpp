#include "drops_finish.hpp"

#include "../../support/wrapped_engine.hpp"
#include "unbroken.hpp"

#include <mutex>
#include <set>

namespace broken {
namespace {

// finish() knows a socket and no engine: so these are the sockets of all engines that drop it, on any thread.
class Sockets {
public:
    void add(pier::spi::NativeSocket socket) {
        const std::scoped_lock lock(mutex_);
        all_.insert(socket);
    }
    void remove(pier::spi::NativeSocket socket) {
        const std::scoped_lock lock(mutex_);
        all_.erase(socket);
    }
    bool has(pier::spi::NativeSocket socket) {
        const std::scoped_lock lock(mutex_);
        return all_.contains(socket);
    }

private:
    std::mutex mutex_;
    std::set<pier::spi::NativeSocket> all_;
};

Sockets& sockets() {
    static Sockets all;
    return all;
}

class DropsFinish : public support::WrappedEngine {
public:
    using support::WrappedEngine::WrappedEngine;

    pier::Result<pier::spi::Descriptor*> attach(pier::spi::Accepted&& socket, pier::spi::SocketKind kind) override {
        auto descriptor = support::WrappedEngine::attach(std::move(socket), kind);
        if (descriptor) sockets().add((*descriptor)->socket);
        return descriptor;
    }
    void release(pier::spi::Descriptor& descriptor) noexcept override {
        sockets().remove(descriptor.socket);
        support::WrappedEngine::release(descriptor);
    }
};

}  // namespace

pier::Result<std::unique_ptr<pier::spi::Engine>> make_drops_finish(pier::spi::ChunkPool& chunks) {
    auto sound = pier::spi::unbroken_platform_engines().front().make(chunks);
    if (!sound) return pier::fail(sound.error());
    return std::make_unique<DropsFinish>(std::move(*sound));
}

}  // namespace broken

namespace pier::sys {

Result<void> shutdown_send(NativeSocket socket) {
    if (broken::sockets().has(socket)) return {};
    return unbroken_shutdown_send(socket);
}

}  // namespace pier::sys
