#include <pier/cli/place.hpp>

#include <pier/cli/program.hpp>
#include <pier/cli/quoted.hpp>
#include <pier/resolve.hpp>
#include <pier/socket/resolve_now.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace pier {
namespace {

constexpr std::string_view digits = "0123456789";

bool is_number(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

bool is_port(std::string_view number) noexcept {
    std::uint16_t port = 0;
    return std::from_chars(number.data(), number.data() + number.size(), port).ec == std::errc();
}

std::unexpected<std::string> wrong(std::string_view text, std::string_view why) {
    return std::unexpected(quoted(text).append(": ").append(why));
}

std::unexpected<std::string> no_place(std::string_view text) {
    return wrong(text, describe(Error{Errc::bad_address_text, 0}) + ", nor a name and a port such as localhost:7000");
}

}  // namespace

std::expected<Place, std::string> Place::parse(std::string_view text) {
    auto endpoint = Endpoint::parse(text);
    if (endpoint) return Place(*endpoint);
    if (endpoint.error() != Errc::bad_address_text || text.starts_with("unix:"))
        return wrong(text, describe(endpoint.error()));
    const std::size_t colon = text.rfind(':');
    std::string_view host = text.substr(0, colon);
    const bool brackets = host.starts_with('[') && host.ends_with(']');
    if (brackets) host = host.substr(1, host.size() - 2);
    if (colon == std::string_view::npos || host.empty() || brackets != (host.find(':') != std::string_view::npos))
        return no_place(text);
    if (host.find_first_of("[]") != std::string_view::npos) return no_place(text);
    const std::string_view service = text.substr(colon + 1);
    if (service.empty()) return wrong(text, "behind the colon there is no port");
    if (is_number(service) && !is_port(service)) return wrong(text, "a port is a number up to 65535");
    // With a port that is a number, Endpoint::parse() would have read the address.
    const bool is_address = brackets || host.find_first_not_of("0123456789.") == std::string_view::npos;
    if (is_address && (is_number(service) || !Endpoint::parse_address(host))) return no_place(text);
    const auto is_visible = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; };
    if (!std::all_of(text.begin(), text.end(), is_visible)) return no_place(text);
    Place place;
    place.host_ = host;
    place.service_ = service;
    return place;
}

std::string Place::to_string() const {
    if (literal_) return literal_->to_string();
    const bool is_v6 = host_.find(':') != std::string::npos;
    return (is_v6 ? "[" + host_ + "]" : host_) + ":" + service_;
}

Result<std::vector<Endpoint>> Place::resolve_now() const {
    if (literal_) return std::vector<Endpoint>{*literal_};
    return pier::resolve_now(host_, service_);
}

Task<Result<std::vector<Endpoint>>> Place::resolve(Deadline deadline) const {
    if (literal_) co_return std::vector<Endpoint>{*literal_};
    co_return co_await pier::resolve(host_, service_, Family::unspecified, deadline);
}

int complain_of_connect(std::string_view program, std::string_view what, const ConnectFailure& failure) {
    const auto& attempts = failure.attempts();
    const bool is_said = attempts.size() == 1 && what.ends_with(attempts.front().to.to_string());
    if (attempts.empty() || is_said) return complain(program, what, failure);
    std::string sentence = std::string(what) + ": " + failure.describe();
    if (const std::string_view help = advice(failure); !help.empty()) sentence.append("; ").append(help);
    say(program, sentence);
    return 1;
}

}  // namespace pier
