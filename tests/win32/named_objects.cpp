// Named objects that somebody else has made: another user, or a program of this user that does not keep to the rules.
#include "ipc/memory.hpp"
#include "ipc/names_lock.hpp"
#include "ipc/own_object.hpp"

#include <pier/sys/clock.hpp>
#include <pier/sys/ipc/memory.hpp>
#include <pier/sys/ipc/mutex.hpp>
#include <pier/sys/ipc/name.hpp>
#include <pier/sys/ipc/queue.hpp>
#include <pier/sys/ipc/semaphore.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <future>
#include <string>
#include <thread>
#include <vector>

using namespace pier;

namespace {

// One that nothing has.
IpcName fresh_name() {
    static int count = 0;
    const std::string text = "test-" + std::to_string(::GetCurrentProcessId()) + "-" + std::to_string(++count);
    auto name = IpcName::parse(text);
    REQUIRE(name.has_value());
    return std::move(*name);
}

std::wstring object_name(const wchar_t* prefix, const IpcName& name) {
    return std::wstring(prefix).append(name.text().begin(), name.text().end());
}

// What makes an object another user's, with all rights for everybody.
class Foreign {
public:
    Foreign() {
        DWORD size = sizeof owner_;
        REQUIRE(::CreateWellKnownSid(WinBuiltinAdministratorsSid, nullptr, owner_, &size));
        REQUIRE(::InitializeSecurityDescriptor(&descriptor_, SECURITY_DESCRIPTOR_REVISION));
        REQUIRE(::SetSecurityDescriptorDacl(&descriptor_, TRUE, nullptr, FALSE));
        REQUIRE(::SetSecurityDescriptorOwner(&descriptor_, owner_, FALSE));
    }
    Foreign(const Foreign&) = delete;
    SECURITY_ATTRIBUTES* attributes() { return &attributes_; }

private:
    alignas(SID) std::byte owner_[SECURITY_MAX_SID_SIZE];
    SECURITY_DESCRIPTOR descriptor_;
    SECURITY_ATTRIBUTES attributes_{sizeof attributes_, &descriptor_, FALSE};
};

// False where this user must not make objects of other owners: an administrator may.
bool made(const win32::OwnedHandle& handle) {
    if (handle) return true;
    CHECK(::GetLastError() == ERROR_INVALID_OWNER);
    MESSAGE("this user can't make an object that belongs to another one");
    return false;
}

template <class T>
Errc failure(const Result<T>& result) {
    return result ? Errc::ok : static_cast<Errc>(result.error().condition);
}

constexpr QueueLimits small{4, 16};

}  // namespace

TEST_CASE("named objects: memory of another user is refused") {
    Foreign foreign;
    const IpcName name = fresh_name();
    const win32::OwnedHandle there(::CreateFileMappingW(INVALID_HANDLE_VALUE, foreign.attributes(), PAGE_READWRITE, 0,
                                                        4096, object_name(L"Local\\pier.shm.", name).c_str()));
    if (!made(there)) return;
    CHECK(failure(sys::create_memory(name, 100, IpcCreation::or_open)) == Errc::permission_denied);
    CHECK(failure(sys::open_memory(name, MemoryAccess::read_only)) == Errc::permission_denied);
    CHECK(failure(sys::open_memory(name, MemoryAccess::read_write)) == Errc::permission_denied);
    CHECK(failure(sys::remove_memory(name)) == Errc::permission_denied);
}

TEST_CASE("named objects: a semaphore of another user is refused") {
    Foreign foreign;
    const IpcName name = fresh_name();
    const win32::OwnedHandle there(
        ::CreateSemaphoreW(foreign.attributes(), 1, 10, object_name(L"Local\\pier.sem.", name).c_str()));
    if (!made(there)) return;
    CHECK(failure(sys::Semaphore::create(name, 1, IpcCreation::or_open)) == Errc::permission_denied);
    CHECK(failure(sys::Semaphore::open(name)) == Errc::permission_denied);
}

TEST_CASE("named objects: a mutex of another user is refused, and so is what belongs to it") {
    Foreign foreign;
    for (const bool mutex : {true, false}) {
        CAPTURE(mutex);
        const IpcName name = fresh_name();
        const win32::OwnedHandle there(
            mutex ? ::CreateMutexW(foreign.attributes(), FALSE, object_name(L"Local\\pier.mutex.", name).c_str())
                  : ::CreateFileMappingW(INVALID_HANDLE_VALUE, foreign.attributes(), PAGE_READWRITE, 0, 4096,
                                         object_name(L"Local\\pier.guarded.", name).c_str()));
        if (!made(there)) return;
        CHECK(failure(sys::Mutex::create(name, IpcCreation::or_open)) == Errc::permission_denied);
        if (mutex) CHECK(failure(sys::Mutex::open(name)) == Errc::permission_denied);
    }
}

TEST_CASE("named objects: what belongs to a queue is refused where it is another user's") {
    Foreign foreign;
    for (const wchar_t* prefix : {L"Local\\pier.queue-messages.", L"Local\\pier.queue-room."}) {
        const IpcName name = fresh_name();
        const win32::OwnedHandle there(
            ::CreateEventW(foreign.attributes(), TRUE, TRUE, object_name(prefix, name).c_str()));
        if (!made(there)) return;
        CHECK(failure(sys::Queue::create(name, small, IpcCreation::exclusive)) == Errc::permission_denied);
    }
    const IpcName name = fresh_name();
    const win32::OwnedHandle there(
        ::CreateMutexW(foreign.attributes(), FALSE, object_name(L"Local\\pier.queue-lock.", name).c_str()));
    if (!made(there)) return;
    CHECK(failure(sys::Queue::create(name, small, IpcCreation::exclusive)) == Errc::permission_denied);
}

TEST_CASE("named objects: a queue whose memory lies about its limits is no queue") {
    struct Lie {
        std::uint32_t capacity;
        std::uint32_t message_size;
    };
    for (const Lie& lie : {Lie{0, 16}, {4, 0}, {65'537, 16}, {4, (16u << 20) + 1}, {5, 16}, {4, 24}, {1, 8}}) {
        CAPTURE(lie.capacity);
        CAPTURE(lie.message_size);
        const IpcName name = fresh_name();
        auto queue = sys::Queue::create(name, small, IpcCreation::exclusive);
        REQUIRE(queue.has_value());
        auto memory = win32::open_mapping(*win32::NamesLock::take(), object_name(L"Local\\pier.queue.", name),
                                          MemoryAccess::read_write);
        REQUIRE(memory.has_value());
        std::memcpy(memory->data + 4, &lie, sizeof lie);
        CHECK(failure(sys::Queue::open(name)) == Errc::name_taken);
        CHECK(failure(sys::Queue::create(name, small, IpcCreation::or_open)) == Errc::name_taken);
        sys::unmap(*memory);
    }
}

TEST_CASE("named objects: a new queue's events say what is in it, whatever those of an old one said") {
    const IpcName name = fresh_name();
    auto stale = [&](const wchar_t* prefix, bool set) {
        auto event = win32::make_own([&](SECURITY_ATTRIBUTES* attributes) {
            return ::CreateEventW(attributes, TRUE, set, object_name(prefix, name).c_str());
        });
        REQUIRE(event.has_value());
        return std::move(event->handle);
    };
    const SystemHandle messages = stale(L"Local\\pier.queue-messages.", true);
    const SystemHandle room = stale(L"Local\\pier.queue-room.", false);
    auto queue = sys::Queue::create(name, small, IpcCreation::exclusive);
    REQUIRE(queue.has_value());
    auto waited = queue->wait(sys::QueueEnd::messages, sys::now(), nullptr);
    REQUIRE(waited.has_value());
    CHECK(*waited == sys::Waited::nothing);
    waited = queue->wait(sys::QueueEnd::room, sys::now(), nullptr);
    REQUIRE(waited.has_value());
    CHECK(*waited == sys::Waited::taken);
}

// Who holds it needs to be on another thread: a thread that has a mutex of Windows gets it again.
TEST_CASE("named objects: memory without a name does not wait for who makes one with a name") {
    std::promise<void> held;
    std::promise<void> release;
    std::thread holder([&] {
        auto lock = win32::NamesLock::take();
        held.set_value();
        release.get_future().wait();
    });
    held.get_future().wait();
    auto memory = sys::anonymous_memory(100);
    release.set_value();
    holder.join();
    REQUIRE(memory.has_value());
    sys::unmap(*memory);
}

TEST_CASE("named objects: the lock of names is asked for no more than it needs") {
    auto user = win32::CurrentUser::ask();
    REQUIRE(user.has_value());
    alignas(ACL) std::byte room[256];
    auto* list = reinterpret_cast<ACL*>(room);
    REQUIRE(::InitializeAcl(list, sizeof room, ACL_REVISION));
    REQUIRE(::AddAccessAllowedAce(list, ACL_REVISION, SYNCHRONIZE | MUTEX_MODIFY_STATE, user->sid()));
    SECURITY_DESCRIPTOR descriptor;
    REQUIRE(::InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION));
    REQUIRE(::SetSecurityDescriptorDacl(&descriptor, TRUE, list, FALSE));
    SECURITY_ATTRIBUTES attributes{sizeof attributes, &descriptor, FALSE};
    const win32::OwnedHandle there(::CreateMutexExW(&attributes, L"Local\\pier.lock", 0, SYNCHRONIZE));
    REQUIRE(there);
    CHECK(win32::NamesLock::take().has_value());
}

TEST_CASE("named objects: the name of a pipe has the session in it, for the machine has one set of them") {
    DWORD session = 0;
    REQUIRE(::ProcessIdToSessionId(::GetCurrentProcessId(), &session));
    auto name = sys::system_name(IpcKind::pipe, *IpcName::parse("work"));
    REQUIRE(name.has_value());
    CHECK(*name == "\\\\.\\pipe\\pier." + std::to_string(session) + ".work");
}
