#include <pier/cli/keyboard.hpp>

#include <pier/loop.hpp>
#include <pier/sys/console.hpp>
#include <pier/sys/terminal.hpp>

namespace pier {

Keyboard::Keyboard() : notifier_(this_loop(), [this](std::size_t) { changed_.set(); }) {}

Result<std::unique_ptr<Keyboard>> Keyboard::open() {
    if (!sys::input_is_terminal() || !sys::is_terminal(sys::StandardStream::output)) return nullptr;
    std::unique_ptr<Keyboard> keyboard(new Keyboard);
    auto begun = sys::begin_keys([](void* notifier) noexcept { static_cast<Notifier*>(notifier)->notify(); },
                                 &keyboard->notifier_);
    if (!begun) return fail(begun.error());
    keyboard->begun_ = true;
    return keyboard;
}

Keyboard::~Keyboard() {
    if (begun_) sys::end_keys();
}

}  // namespace pier
