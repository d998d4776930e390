// What an app holds of a socket: its descriptor, and the loop that it belongs to.
#pragma once

#include <pier/option.hpp>
#include <pier/result.hpp>
#include <pier/spi/descriptor.hpp>

#include <utility>

namespace pier::spi {

// The base of all handles: move-only, and closes what it holds. Confined to its loop's thread.
class Handle {
public:
    Handle() = default;
    Handle(Loop& loop, Descriptor& descriptor) noexcept : loop_(&loop), descriptor_(&descriptor) {}
    Handle(Handle&& other) noexcept
        : loop_(std::exchange(other.loop_, nullptr)), descriptor_(std::exchange(other.descriptor_, nullptr)) {}
    // Closes what it held before, at once.
    Handle& operator=(Handle&& other) noexcept {
        Handle moved(std::move(other));
        std::swap(loop_, moved.loop_);
        std::swap(descriptor_, moved.descriptor_);
        return *this;
    }

    // Ends pending operations as operation_canceled.
    void close() noexcept;
    [[nodiscard]] bool valid() const noexcept { return descriptor_ != nullptr; }

    // For awaiters. Null together.
    [[nodiscard]] Loop* loop() const noexcept { return loop_; }
    [[nodiscard]] Descriptor* descriptor() const noexcept { return descriptor_; }

protected:
    ~Handle() { close(); }
    // Without a family when there is none, or nothing is held.
    [[nodiscard]] const Endpoint& peer() const noexcept { return descriptor_ != nullptr ? descriptor_->peer : nobody; }
    [[nodiscard]] NativeSocket native_handle() const noexcept {
        return descriptor_ != nullptr ? descriptor_->socket : no_socket;
    }
    // What the options mean, and which values they take, is said at Option. Errors: not_connected when nothing is held,
    // invalid_argument, and what the system says.
    [[nodiscard]] Result<void> set(Option option, int value) const;
    [[nodiscard]] Result<int> get(Option option) const;
    // The same with types: set(option::linger{2s}), get<option::linger>(). <pier/socket/options.hpp> defines the two,
    // and says what each option means.
    template <class TypedOption>
    [[nodiscard]] Result<void> set(const TypedOption& option) const;
    template <class TypedOption>
    [[nodiscard]] Result<typename TypedOption::Value> get() const;
    // Before a call to the system that no operation makes. It must hold something.
    void require_here() const noexcept;

    Loop* loop_ = nullptr;
    Descriptor* descriptor_ = nullptr;

private:
    static constexpr Endpoint nobody{};
};

}  // namespace pier::spi
