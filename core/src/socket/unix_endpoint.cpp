// The names of Unix-domain sockets: shared by the copies of an Endpoint, and as text.
#include <pier/endpoint.hpp>

#include <algorithm>
#include <atomic>
#include <new>
#include <optional>

namespace pier {
namespace {

std::optional<unsigned> digit(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    return std::nullopt;
}

// The byte that a percent sign at the text's beginning stands for.
std::optional<char> escaped_byte(std::string_view text) noexcept {
    if (text.size() < 3) return std::nullopt;
    const auto high = digit(text[1]);
    const auto low = digit(text[2]);
    if (!high || !low) return std::nullopt;
    return static_cast<char>(*high << 4 | *low);
}

bool is_visible(char c) noexcept { return c > ' ' && c < '\x7f'; }

void append(std::string& text, char byte) {
    constexpr char digits[] = "0123456789ABCDEF";
    if (is_visible(byte) && byte != '%') {
        text += byte;
    } else {
        const auto value = static_cast<unsigned char>(byte);
        text.append({'%', digits[value >> 4], digits[value & 15U]});
    }
}

}  // namespace

// Never changed once it is shared. The system may have a path of 108 bytes, without a zero behind it.
struct Endpoint::UnixName {
    mutable std::atomic<std::uint32_t> users{1};
    std::uint8_t size = 0;
    std::array<char, longest_unix_name + 1> bytes{};
};

Endpoint::UnixName* Endpoint::make_name(std::string_view name) noexcept {
    auto* made = new (std::nothrow) UnixName;
    if (made == nullptr) return nullptr;
    made->size = static_cast<std::uint8_t>(std::min(name.size(), made->bytes.size()));
    std::copy_n(name.begin(), made->size, made->bytes.begin());
    return made;
}

void Endpoint::share() const noexcept { name_->users.fetch_add(1, std::memory_order_relaxed); }

void Endpoint::unshare() noexcept {
    // What others have read of the name happens before its end.
    if (name_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete name_;
}

Endpoint Endpoint::from_unix_name(std::string_view name) noexcept {
    Endpoint endpoint = unnamed();
    if (!name.empty()) endpoint.name_ = make_name(name);
    return endpoint;
}

Result<Endpoint> Endpoint::named(std::string_view name) noexcept {
    Endpoint endpoint = from_unix_name(name);
    if (endpoint.name_ == nullptr) return fail(Errc::not_enough_memory);
    return endpoint;
}

Result<Endpoint> Endpoint::unix_path(std::string_view path) noexcept {
    if (path.empty() || path.contains('\0')) return fail(Errc::bad_address_text);
    if (path.size() > longest_unix_name) return fail(Errc::name_too_long);
    return named(path);
}

Result<Endpoint> Endpoint::unix_abstract(std::string_view name) noexcept {
    if (name.empty()) return fail(Errc::bad_address_text);
    if (name.size() > longest_unix_name) return fail(Errc::name_too_long);
    std::array<char, longest_unix_name + 1> bytes{};
    std::ranges::copy(name, bytes.begin() + 1);
    return named({bytes.data(), name.size() + 1});
}

std::string_view Endpoint::unix_name() const noexcept {
    if (!is_unix() || name_ == nullptr) return {};
    return {name_->bytes.data(), name_->size};
}

Result<Endpoint> Endpoint::parse_unix(std::string_view text) noexcept {
    const bool abstract = text.starts_with('@');
    if (abstract) text.remove_prefix(1);
    std::array<char, longest_unix_name> bytes{};
    std::size_t size = 0;
    bool fits = true;
    while (!text.empty()) {
        const auto byte = text.front() == '%' ? escaped_byte(text) : text.front();
        if (!byte) return fail(Errc::bad_address_text);
        text.remove_prefix(text.front() == '%' ? 3 : 1);
        if (size < bytes.size()) {
            bytes[size++] = *byte;
        } else {
            fits = false;
        }
    }
    const std::string_view name(bytes.data(), size);
    if (!abstract && name.contains('\0')) return fail(Errc::bad_address_text);
    if (!fits) return fail(Errc::name_too_long);
    return abstract ? unix_abstract(name) : unix_path(name);
}

std::string Endpoint::unix_string() const {
    std::string text = "unix:";
    std::string_view name = unix_name();
    if (name.empty()) return text;
    if (name.front() == '\0') {
        text += '@';
        name.remove_prefix(1);
    } else if (name.front() == '@') {
        text += "%40";
        name.remove_prefix(1);
    }
    for (char byte : name) append(text, byte);
    return text;
}

}  // namespace pier
