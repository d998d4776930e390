#include <pier/resolve.hpp>

#include <pier/socket/resolve_now.hpp>
#include "socket/look_up_job.hpp"

namespace pier {
namespace spi {

class ResolveJob : public LookUpJob {
public:
    explicit ResolveJob(const LookUp& question) : LookUpJob(question) {
        const bool invalid = settled() && !result && result.error() == Errc::invalid_argument;
        if (invalid) return;
        // Which look_up() takes for this machine, and for port 0.
        if (question.host.empty()) {
            settle(fail(Errc::invalid_argument));
        } else if (question.service.empty()) {
            settle(fail(Errc::service_not_found));
        }
    }
};

class ResolveNameJob : public LookUpNameJob {
public:
    using LookUpNameJob::LookUpNameJob;
};

ResolveAwaiter::ResolveAwaiter(Deadline limit, std::shared_ptr<ResolveJob> job) noexcept
    : JobAwaiter(limit, job), job_(std::move(job)) {}

bool ResolveAwaiter::known() const noexcept { return job_->settled(); }

Result<std::vector<Endpoint>> ResolveAwaiter::await_resume() {
    if (error.condition != Errc::ok) return std::unexpected(as_resolver(error));
    if (!job_->result) return std::unexpected(job_->result.error());
    return std::move(job_->result->endpoints);
}

ResolveNameAwaiter::ResolveNameAwaiter(Deadline limit, std::shared_ptr<ResolveNameJob> job) noexcept
    : JobAwaiter(limit, job), job_(std::move(job)) {}

Result<HostName> ResolveNameAwaiter::await_resume() {
    if (error.condition != Errc::ok) return std::unexpected(as_resolver(error));
    return std::move(job_->result);
}

}  // namespace spi

namespace {

LookUp as_question(std::string_view host, std::string_view service, Family family) {
    LookUp question;
    question.host = host;
    question.service = service;
    question.family = family;
    return question;
}

}  // namespace

spi::ResolveAwaiter resolve(std::string_view host, std::string_view service, Family family, Deadline deadline) {
    return {deadline, std::make_shared<spi::ResolveJob>(as_question(host, service, family))};
}

Result<std::vector<Endpoint>> resolve_now(std::string_view host, std::string_view service, Family family) {
    spi::ResolveJob job(as_question(host, service, family));
    if (!job.settled()) job.work();
    if (!job.result) return std::unexpected(job.result.error());
    return std::move(job.result->endpoints);
}

spi::ResolveNameAwaiter resolve_name(const Endpoint& endpoint, Deadline deadline) {
    NameLookUp question;
    question.required = true;
    return {deadline, std::make_shared<spi::ResolveNameJob>(endpoint, question)};
}

}  // namespace pier
