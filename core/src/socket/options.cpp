// What is checked of an option before the system sees it.
#include <pier/socket/options.hpp>

#include <pier/sys/options.hpp>

#include <utility>
#include <variant>

namespace pier::option {
namespace {

// That such a socket has it, on this system.
Result<void> check(spi::NativeSocket socket, spi::SocketKind kind, const Entry& entry) {
    const auto family = sys::family_of(socket);
    if (!family) return fail(family.error());
    if (!applies(entry, kind, *family)) return fail(Errc::no_protocol_option);
    if (sys::native_option(entry.id, *family).name.empty()) return fail(Errc::not_supported);
    return {};
}

// Made in place: GCC 12 takes a variant that is moved for one that may hold nothing.
template <class T>
Result<Raw> raw(Result<T> value) {
    if (!value) return fail(value.error());
    return Result<Raw>(std::in_place, std::in_place_type<T>, std::move(*value));
}

}  // namespace

Result<Raw> read(spi::NativeSocket socket, spi::SocketKind kind, Id id) {
    const Entry& known = entry(id);
    if (auto fits = check(socket, kind, known); !fits) return fail(fits.error());
    switch (known.unit) {
        case Unit::text:
            return raw(sys::read_text(socket, id));
        case Unit::error:
            return raw(sys::take_error(socket));
        case Unit::tcp_info:
            return raw(sys::read_tcp_info(socket));
        default:
            return raw(sys::read_number(socket, id));
    }
}

Result<void> write(spi::NativeSocket socket, spi::SocketKind kind, Id id, const Raw& value) {
    const Entry& known = entry(id);
    if (known.access == Access::read_only) return fail(Errc::not_supported);
    if (auto fits = check(socket, kind, known); !fits) return fits;
    if (!in_range(known, value)) return fail(Errc::invalid_argument);
    if (const auto* text = std::get_if<std::string>(&value)) return sys::write_text(socket, id, *text);
    return sys::write_number(socket, id, std::get<std::int64_t>(value));
}

}  // namespace pier::option
