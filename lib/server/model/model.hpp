// How a server arranges its clients over threads and processes: its model. Orthogonal to the engine, which moves the
// bytes. A file of this folder for each; models.cpp is the list of them.
#pragma once

#include "../frame.hpp"
#include "../worker.hpp"

#include <pier/loop.hpp>
#include <pier/sys/children.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace pier {

class Model {
public:
    Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;
    virtual ~Model() = default;

    // Serves until it is asked to stop, on the thread of main(). What fails is said on stderr, and the frame's status
    // says that it has. Throws std::bad_alloc before it serves.
    virtual void run() = 0;

    // Once after run(), also when that has thrown, on the same thread and while requests still come: what run() has
    // left is asked to stop. When it returns, the model's threads and processes have ended. Of a model whose run() ends
    // them itself it does nothing.
    virtual void end() noexcept {}

    // What the user, or the system, asks. Any thread, before run() too, and inside a signal handler on POSIX.
    // Idempotent.
    virtual void request(Worker::Request wanted) noexcept = 0;

    // In the place of run(), in a child process of a model that has them: serves what the parent has given it. Never
    // returns; ends by sys::leave(). A child that is a fork has the parent's state, and closes what is the parent's;
    // one that was started again has a model that was just made.
    virtual void live_as_child(sys::ParentLink&) noexcept { sys::leave(1); }
};

// What --model chooses from, and what its choice allows.
struct ModelInfo {
    std::string_view name;
    std::string_view alias{};  // another name
    std::string_view summary;  // one line: what it is, and when to choose it
    // The engine where none is named: the one that blocks, or else the best of the system.
    bool blocks = true;
    // It has tasks for several clients at a time on one loop, so the blocking engine won't do.
    bool many_on_a_loop = false;
    // It accepts by a loop that waits for one listener, whatever the engine is.
    bool one_listener = false;
    // The option that says how many, beside --max-connections; empty: none.
    std::string_view bound{};
    // It spreads connections over threads or processes, which datagrams don't have.
    bool tcp_alone = false;
    // The frame outlives the model. Throws std::bad_alloc.
    std::unique_ptr<Model> (*make)(Frame& frame) = nullptr;
};

// The `make` of a model.
template <class Kind>
[[nodiscard]] std::unique_ptr<Model> make_model(Frame& frame) {
    return std::make_unique<Kind>(frame);
}

// Each is defined in the file of its name.
[[nodiscard]] ModelInfo event_model() noexcept;
[[nodiscard]] ModelInfo iterative_model() noexcept;
[[nodiscard]] ModelInfo pool_model() noexcept;
[[nodiscard]] ModelInfo prefork_model() noexcept;
[[nodiscard]] ModelInfo process_model() noexcept;
[[nodiscard]] ModelInfo thread_model() noexcept;

// All of them, in the order of --list-engines.
[[nodiscard]] std::span<const ModelInfo> models();
// By its name, or by another one that it has. Null: there is none.
[[nodiscard]] const ModelInfo* find_model(std::string_view name);

}  // namespace pier
