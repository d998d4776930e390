#include <pier/resolve.hpp>

#include <pier/socket/resolve_now.hpp>
#include <pier/sys/resolver.hpp>

#include <algorithm>
#include <charconv>
#include <new>
#include <optional>

namespace pier {
namespace {

// RFC 1035, 2.3.4. Longer ones exist nowhere, and resolvers answer them with anything.
constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool is_too_long(std::string_view name) noexcept {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.size() > longest_name) return true;
    for (std::size_t begin = 0; begin <= name.size();) {
        std::size_t end = std::min(name.find('.', begin), name.size());
        if (end - begin > longest_label) return true;
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

// Who asks for a name need not know of worker threads.
Error as_resolver(const Error& error) noexcept {
    return error == Errc::too_many_jobs ? Error{Errc::temporary_resolver_failure, 0} : error;
}

// With digits and dots alone it is an address, or nothing: the resolver would read 127.1 and 010.0.0.1 in its own way.
bool looks_like_an_address(std::string_view host) noexcept {
    return host.find(':') != std::string_view::npos ||
           host.find_first_not_of("0123456789.") == std::string_view::npos || host.starts_with("0x");
}

}  // namespace

namespace spi {

// A call of the system's resolver, and what came of it.
template <class T>
class ResolverJob : public Job {
public:
    Result<T> result{};

    void work() noexcept final {
        try {
            look_up();
        } catch (const std::bad_alloc&) {
            result = fail(Errc::not_enough_memory);
        }
    }

private:
    virtual void look_up() = 0;
};

class ResolveJob : public ResolverJob<std::vector<Endpoint>> {
public:
    ResolveJob(std::string_view host, std::string_view service, Family family)
        : host_(host), service_(service), family_(family) {
        settle();
    }

    [[nodiscard]] bool settled() const noexcept { return settled_; }

private:
    void settle() {
        settled_ = true;
        if (family_ == Family::unix_domain || host_.empty() || host_.find('\0') != std::string::npos ||
            service_.find('\0') != std::string::npos) {
            result = fail(Errc::invalid_argument);
            return;
        }
        if (is_number(service_)) {
            port_ = port_of(service_);
            if (!port_) {
                result = fail(Errc::service_not_found);
                return;
            }
            service_.clear();
        } else if (!is_service_name(service_)) {
            result = fail(Errc::service_not_found);
            return;
        }
        auto literal = Endpoint::parse_address(host_, port_.value_or(0));
        bool other_family = literal && family_ != Family::unspecified && literal->family() != family_;
        const bool bad_zone =
            !literal && (literal.error() == Errc::no_such_interface || literal.error() == Errc::misplaced_zone);
        if (bad_zone) {
            result = fail(literal.error());
        } else if (other_family || is_too_long(host_) || (!literal && looks_like_an_address(host_))) {
            result = fail(Errc::host_not_found);
        } else if (literal && port_) {
            result = std::vector<Endpoint>{*literal};
        } else {
            settled_ = false;
        }
    }

    void look_up() override {
        result = sys::look_up(host_, service_, family_);
        if (!result) return;
        std::vector<Endpoint> unique;
        for (const Endpoint& found : *result) {
            Endpoint endpoint = port_ ? found.with_port(*port_) : found;
            if (std::find(unique.begin(), unique.end(), endpoint) == unique.end()) unique.push_back(endpoint);
        }
        result = std::move(unique);
        if (result->empty()) result = fail(Errc::host_not_found);
    }

    std::string host_;
    std::string service_;
    const Family family_;
    std::optional<std::uint16_t> port_;
    bool settled_ = false;
};

class ResolveNameJob : public ResolverJob<HostName> {
public:
    explicit ResolveNameJob(const Endpoint& endpoint) noexcept : endpoint_(endpoint) {}

private:
    void look_up() override {
        HostName name;
        auto found = sys::look_up_name(endpoint_, name.host, name.service);
        if (found) {
            result = std::move(name);
        } else {
            result = fail(found.error());
        }
    }

    const Endpoint endpoint_;
};

ResolveAwaiter::ResolveAwaiter(Deadline limit, std::shared_ptr<ResolveJob> job) noexcept
    : JobAwaiter(limit, job), job_(std::move(job)) {}

bool ResolveAwaiter::known() const noexcept { return job_->settled(); }

Result<std::vector<Endpoint>> ResolveAwaiter::await_resume() {
    if (error.condition != Errc::ok) return std::unexpected(as_resolver(error));
    return std::move(job_->result);
}

ResolveNameAwaiter::ResolveNameAwaiter(Deadline limit, std::shared_ptr<ResolveNameJob> job) noexcept
    : JobAwaiter(limit, job), job_(std::move(job)) {}

Result<HostName> ResolveNameAwaiter::await_resume() {
    if (error.condition != Errc::ok) return std::unexpected(as_resolver(error));
    return std::move(job_->result);
}

}  // namespace spi

spi::ResolveAwaiter resolve(std::string_view host, std::string_view service, Family family, Deadline deadline) {
    return {deadline, std::make_shared<spi::ResolveJob>(host, service, family)};
}

Result<std::vector<Endpoint>> resolve_now(std::string_view host, std::string_view service, Family family) {
    spi::ResolveJob job(host, service, family);
    if (!job.settled()) job.work();
    return std::move(job.result);
}

spi::ResolveNameAwaiter resolve_name(const Endpoint& endpoint, Deadline deadline) {
    return {deadline, std::make_shared<spi::ResolveNameJob>(endpoint)};
}

}  // namespace pier
