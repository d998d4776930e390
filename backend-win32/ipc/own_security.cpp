#include "ipc/own_security.hpp"

#include "engine/owned_handle.hpp"
#include "process/error.hpp"

#include <aclapi.h>
#include <utility>

namespace pier::win32 {

Result<CurrentUser> CurrentUser::ask() {
    HANDLE opened = nullptr;
    if (!::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened)) return fail(translate(::GetLastError()));
    const OwnedHandle token(opened);
    DWORD size = 0;
    ::GetTokenInformation(token.get(), TokenUser, nullptr, 0, &size);
    CurrentUser user;
    user.token_ = std::make_unique<std::byte[]>(size);
    if (!::GetTokenInformation(token.get(), TokenUser, user.token_.get(), size, &size)) {
        return fail(translate(::GetLastError()));
    }
    return user;
}

bool CurrentUser::owns(HANDLE object) const noexcept {
    PSID owner = nullptr;
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    const DWORD code = ::GetSecurityInfo(object, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr, nullptr,
                                         nullptr, &descriptor);
    if (code != ERROR_SUCCESS) return false;
    const bool same = owner != nullptr && ::EqualSid(owner, sid());
    ::LocalFree(descriptor);
    return same;
}

SECURITY_ATTRIBUTES* OwnSecurity::attributes() {
    alignas(SID) std::byte everybody[SECURITY_MAX_SID_SIZE];
    DWORD room = sizeof everybody;
    if (!::CreateWellKnownSid(WinAuthenticatedUserSid, nullptr, everybody, &room)) return nullptr;
    constexpr DWORD fixed = sizeof(ACL) + 2 * sizeof(ACCESS_ALLOWED_ACE);
    const DWORD size = fixed + ::GetLengthSid(user_.sid()) + room;
    list_ = std::make_unique<std::byte[]>(size);
    auto* list = reinterpret_cast<ACL*>(list_.get());
    const bool made = ::InitializeAcl(list, size, ACL_REVISION) &&
                      ::AddAccessAllowedAce(list, ACL_REVISION, GENERIC_ALL, user_.sid()) &&
                      (others_ == 0 || ::AddAccessAllowedAce(list, ACL_REVISION, others_, everybody)) &&
                      ::InitializeSecurityDescriptor(&descriptor_, SECURITY_DESCRIPTOR_REVISION) &&
                      ::SetSecurityDescriptorDacl(&descriptor_, TRUE, list, FALSE) &&
                      ::SetSecurityDescriptorOwner(&descriptor_, user_.sid(), FALSE);
    if (!made) return nullptr;
    attributes_ = {sizeof attributes_, &descriptor_, FALSE};
    return &attributes_;
}

}  // namespace pier::win32
