#include <pier/detail/handle.hpp>

#include <pier/loop.hpp>
#include <pier/sys/options.hpp>

namespace pier::spi {

void Handle::close() noexcept {
    if (Loop* loop = std::exchange(loop_, nullptr)) loop->close(*std::exchange(descriptor_, nullptr));
}

Result<void> Handle::set(Option option, int value) const {
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    const auto id = option::id_of(option);
    if (!id || !option::in_range(option::entry(*id), std::int64_t{value})) return fail(Errc::invalid_argument);
    return sys::write_number(descriptor_->socket, *id, value);
}

Result<int> Handle::get(Option option) const {
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    const auto id = option::id_of(option);
    if (!id) return fail(Errc::invalid_argument);
    const auto value = sys::read_number(descriptor_->socket, *id);
    if (!value) return fail(value.error());
    return static_cast<int>(*value);
}

void Handle::require_here() const noexcept { loop_->require_here(); }

}  // namespace pier::spi
