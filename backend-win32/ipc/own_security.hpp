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

// All rights for the user, none for anybody else, and the user as the owner. It stays where it is.
class OwnSecurity {
public:
    explicit OwnSecurity(CurrentUser user) noexcept : user_(std::move(user)) {}
    OwnSecurity(const OwnSecurity&) = delete;
    OwnSecurity& operator=(const OwnSecurity&) = delete;
    // Null with GetLastError(). Valid as long as this.
    [[nodiscard]] SECURITY_ATTRIBUTES* attributes();

private:
    CurrentUser user_;
    std::unique_ptr<std::byte[]> list_;
    SECURITY_DESCRIPTOR descriptor_{};
    SECURITY_ATTRIBUTES attributes_{};
};

}  // namespace pier::win32
