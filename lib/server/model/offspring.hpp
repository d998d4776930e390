// The parent's side of the models with child processes (starting, reaping, and the end of all of them), and what their
// children have in common.
#pragma once

#include "bell.hpp"
#include "model.hpp"

#include <pier/sys/children.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pier {

// Used by the thread of main(), which is the only one where children are forks: see sys::Children::start.
class Offspring {
public:
    // A child that is a fork lives as the model says.
    Offspring(Frame& frame, Bell& bell, Model& model) noexcept : frame_(frame), bell_(bell), model_(model) {}

    // Whenever there is something to reap, the bell rings. What fails is said, and the frame fails.
    [[nodiscard]] bool begin();

    // As sys::Children::start, without exceptions: its number.
    [[nodiscard]] Result<std::uint64_t> start(Accepted& given, std::span<Accepted> shared) noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return children_ ? children_->size() : 0; }
    [[nodiscard]] std::vector<sys::ChildEnd> reap() { return children_->reap(); }

    // Returns when all children have ended. They get the service's grace, which the user may end: `wanted`. Whoever is
    // left two seconds later is killed. `reaped` is told of each.
    void end(const std::atomic<Worker::Request>& wanted, const std::function<void(const sys::ChildEnd&)>& reaped);

private:
    Frame& frame_;
    Bell& bell_;
    Model& model_;
    std::unique_ptr<sys::Children> children_;
};

// Who is told what the parent asks of a child: a Worker or a Crew.
struct Heeder {
    sys::ParentLink::Hook stop = nullptr;
    sys::ParentLink::Hook end = nullptr;
    void* context = nullptr;
};
template <class Server>
[[nodiscard]] Heeder heeder(Server& server) noexcept {
    return {[](void* to) noexcept { static_cast<Server*>(to)->request(Worker::Request::stop); },
            [](void* to) noexcept { static_cast<Server*>(to)->request(Worker::Request::end_grace); }, &server};
}

// In a child: takes its sockets over, and from then on the parent is heeded, to the child's end. Nothing where that
// fails, which has been said.
[[nodiscard]] std::optional<std::vector<Accepted>> begin_life(Frame& frame, sys::ParentLink& parent,
                                                              const Heeder& heeder);

// What a child ends with that can't serve, which it has said. Nobody ends with it by accident.
inline constexpr int status_of_failure = 244;

// The life of a child: `work`, which ends it by sys::leave() while the one who heeds the parent is still there. If it
// comes back, it has failed.
[[noreturn]] void live(Frame& frame, const std::function<void()>& work) noexcept;

}  // namespace pier
