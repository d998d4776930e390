// Objects that only the user may open who made them.
#pragma once

#include "socket/winsock.hpp"

#include <pier/result.hpp>

#include <memory>

namespace pier::win32 {

// The user that this process runs as. Any thread.
class CurrentUser {
public:
    // Errors: what the system says. Throws std::bad_alloc.
    [[nodiscard]] static Result<CurrentUser> ask();
    [[nodiscard]] PSID sid() const noexcept { return reinterpret_cast<const TOKEN_USER*>(token_.get())->User.Sid; }
    // Whether this object of the kernel, which was opened with READ_CONTROL (GENERIC_READ and GENERIC_WRITE have it),
    // belongs to the user. False where the system does not tell.
    [[nodiscard]] bool owns(HANDLE object) const noexcept;

private:
    std::unique_ptr<std::byte[]> token_;
};

// All rights for the user, who is the owner, and for everybody else who has logged on those of `others`. It stays where
// it is.
class OwnSecurity {
public:
    explicit OwnSecurity(CurrentUser user, DWORD others = 0) noexcept : user_(std::move(user)), others_(others) {}
    OwnSecurity(const OwnSecurity&) = delete;
    OwnSecurity& operator=(const OwnSecurity&) = delete;
    // Null with GetLastError(). Valid as long as this.
    [[nodiscard]] SECURITY_ATTRIBUTES* attributes();
    [[nodiscard]] const CurrentUser& user() const noexcept { return user_; }

private:
    CurrentUser user_;
    DWORD others_;
    std::unique_ptr<std::byte[]> list_;
    SECURITY_DESCRIPTOR descriptor_{};
    SECURITY_ATTRIBUTES attributes_{};
};

}  // namespace pier::win32
