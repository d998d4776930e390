#include <pier/socket/look_up.hpp>

#include "socket/look_up_job.hpp"

#include <pier/socket/host_name.hpp>
#include <pier/sys/look_up.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>

namespace pier {
namespace {

// Longer names exist nowhere, and resolvers answer them with anything.
bool is_too_long(std::string_view name) noexcept {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.size() > longest_host_name) return true;
    for (std::size_t begin = 0; begin <= name.size();) {
        std::size_t end = std::min(name.find('.', begin), name.size());
        if (end - begin > longest_host_label) return true;
        begin = end + 1;
    }
    return false;
}

bool is_number(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Something that a table of services may hold. The rest some systems read as a number: blanks, a sign.
bool is_service_name(std::string_view text) noexcept {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    auto visible = [](char c) { return c > ' ' && c <= '~'; };
    return text.find_first_of(letters) != std::string_view::npos && std::all_of(text.begin(), text.end(), visible);
}

// The systems disagree about numbers that are no port (65536 becomes 0).
std::optional<std::uint16_t> port_of(std::string_view service) noexcept {
    std::uint16_t port = 0;
    auto [end, failure] = std::from_chars(service.data(), service.data() + service.size(), port);
    if (failure != std::errc() || end != service.data() + service.size()) return std::nullopt;
    return port;
}

// With digits and dots alone it is an address, or nothing: the resolver would read 127.1 and 010.0.0.1 in its own way.
bool looks_like_an_address(std::string_view host) noexcept {
    return host.find(':') != std::string_view::npos ||
           host.find_first_not_of("0123456789.") == std::string_view::npos || host.starts_with("0x");
}

bool is_ip(const Endpoint& endpoint) noexcept {
    return endpoint.family() == Family::ipv4 || endpoint.family() == Family::ipv6;
}

}  // namespace

namespace spi {

void LookUpJob::prepare() {
    const bool nothing = question_.host.empty() && question_.service.empty();
    if (question_.family == Family::unix_domain || nothing || question_.host.find('\0') != std::string::npos ||
        question_.service.find('\0') != std::string::npos) {
        settle(fail(Errc::invalid_argument));
        return;
    }
    if (question_.family_rule == FamilyRule::first) {
        family_first_ = std::exchange(question_.family, Family::unspecified);
    }
    if (take_service()) take_host();
}

// False where it is none.
bool LookUpJob::take_service() {
    if (question_.service.empty()) {
        port_ = std::uint16_t{0};
    } else if (is_number(question_.service)) {
        port_ = port_of(question_.service);
    }
    const bool good = port_ || (!is_number(question_.service) && is_service_name(question_.service));
    if (!good) settle(fail(Errc::service_not_found));
    return good;
}

void LookUpJob::take_host() {
    const std::string& host = question_.host;
    if (host.empty()) {
        // The systems want a host or a service. Any number is one; the right port is set afterwards.
        if (port_) question_.service.assign(1, '1');
        question_.numeric = false;
        question_.canonical = false;
        return;
    }
    if (port_) question_.service.clear();
    const auto literal = Endpoint::parse_address(host, port_.value_or(0));
    if (!literal) {
        const bool bad_zone = literal.error() == Errc::no_such_interface || literal.error() == Errc::misplaced_zone;
        if (bad_zone) {
            settle(fail(literal.error()));
        } else if (question_.numeric || is_too_long(host) || looks_like_an_address(host)) {
            settle(fail(Errc::host_not_found));
        }
        return;
    }
    const bool other_family = question_.family != Family::unspecified && literal->family() != question_.family;
    if (other_family) {
        settle(fail(Errc::host_not_found));
    } else if (port_) {
        HostAddresses itself;
        if (question_.canonical) itself.canonical_name = literal->address_string();
        itself.endpoints.push_back(*literal);
        settle(std::move(itself));
    } else {
        // Only the service is looked up. The systems know the zone as a number.
        question_.host = literal->address_string();
        question_.numeric = true;
        question_.configured = false;
    }
}

void LookUpJob::look_up() {
    result = sys::look_up(question_);
    if (!result) return;
    std::vector<Endpoint> unique;
    for (const Endpoint& found : result->endpoints) {
        Endpoint endpoint = port_ ? found.with_port(*port_) : found;
        if (std::find(unique.begin(), unique.end(), endpoint) == unique.end()) unique.push_back(endpoint);
    }
    result->endpoints.clear();
    const auto is_first = [this](const Endpoint& each) { return each.family() == family_first_; };
    std::ranges::copy_if(unique, std::back_inserter(result->endpoints), is_first);
    std::ranges::copy_if(unique, std::back_inserter(result->endpoints), std::not_fn(is_first));
    if (result->endpoints.empty()) result = fail(Errc::host_not_found);
}

LookUpNameJob::LookUpNameJob(const Endpoint& endpoint, const NameLookUp& question)
    : endpoint_(endpoint), question_(question) {
    if (!is_ip(endpoint)) {
        settle(fail(Errc::invalid_argument));
    } else if (question.numeric_host && question.numeric_service) {
        settle(HostName{endpoint.address_string(), std::to_string(endpoint.port())});
    }
}

void LookUpNameJob::look_up() {
    NameLookUp wanted = question_;
    if (wanted.numeric_host) wanted.required = false;
    result = sys::look_up_name(endpoint_, wanted);
    if (!result) return;
    // Without a name the systems write the address, each in its own way where it has a zone.
    const bool is_address = wanted.numeric_host || Endpoint::parse_address(result->host).has_value();
    if (is_address) result->host = endpoint_.address_string();
}

LookUpAwaiter::LookUpAwaiter(Deadline limit, std::shared_ptr<LookUpJob> job) noexcept
    : JobAwaiter(limit, job), job_(std::move(job)) {}

bool LookUpAwaiter::known() const noexcept { return job_->settled(); }

Result<HostAddresses> LookUpAwaiter::await_resume() {
    if (error.condition != Errc::ok) return std::unexpected(as_resolver(error));
    return std::move(job_->result);
}

LookUpNameAwaiter::LookUpNameAwaiter(Deadline limit, std::shared_ptr<LookUpNameJob> job) noexcept
    : JobAwaiter(limit, job), job_(std::move(job)) {}

bool LookUpNameAwaiter::known() const noexcept { return job_->settled(); }

Result<HostName> LookUpNameAwaiter::await_resume() {
    if (error.condition != Errc::ok) return std::unexpected(as_resolver(error));
    return std::move(job_->result);
}

}  // namespace spi

spi::LookUpAwaiter look_up(const LookUp& question, Deadline deadline) {
    return {deadline, std::make_shared<spi::LookUpJob>(question)};
}

spi::LookUpNameAwaiter look_up_name(const Endpoint& endpoint, const NameLookUp& question, Deadline deadline) {
    return {deadline, std::make_shared<spi::LookUpNameJob>(endpoint, question)};
}

}  // namespace pier
