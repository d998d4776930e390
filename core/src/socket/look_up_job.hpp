// Calls of the system's resolver as jobs of the worker threads.
#pragma once

#include <pier/socket/look_up.hpp>

#include <new>
#include <optional>

namespace pier::spi {

// Who asks for a name need not know of worker threads.
[[nodiscard]] inline Error as_resolver(const Error& error) noexcept {
    return error == Errc::too_many_jobs ? Error{Errc::temporary_resolver_failure, 0} : error;
}

// A call of the system's resolver, and what came of it.
template <class T>
class ResolverJob : public Job {
public:
    Result<T> result{};

    // The result is there, and no system needs to be asked.
    [[nodiscard]] bool settled() const noexcept { return settled_; }
    // BLOCKS, on whatever thread calls it. Once, and not where the result is settled.
    void work() noexcept final {
        try {
            look_up();
        } catch (const std::bad_alloc&) {
            result = fail(Errc::not_enough_memory);
        }
    }

protected:
    void settle(Result<T> known) {
        result = std::move(known);
        settled_ = true;
    }

private:
    virtual void look_up() = 0;

    bool settled_ = false;
};

class LookUpJob : public ResolverJob<HostAddresses> {
public:
    explicit LookUpJob(LookUp question) : question_(std::move(question)) { prepare(); }

private:
    void prepare();
    [[nodiscard]] bool take_service();
    void take_host();
    void look_up() override;

    LookUp question_;
    Family family_first_ = Family::unspecified;
    std::optional<std::uint16_t> port_;
};

class LookUpNameJob : public ResolverJob<HostName> {
public:
    LookUpNameJob(const Endpoint& endpoint, const NameLookUp& question);

private:
    void look_up() override;

    const Endpoint endpoint_;
    const NameLookUp question_;
};

}  // namespace pier::spi
