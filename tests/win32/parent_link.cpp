// Who is taken for a parent, and who is not: by a variable that a user may set, or that was passed on.
#include "server/parent_link.hpp"
#include "engine/owned_handle.hpp"

#include <pier/sys/children.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace pier;

namespace {

using win32::Greeting;
using win32::OwnedHandle;

constexpr const wchar_t* variable = L"PIER_PARENT";

std::wstring number(HANDLE handle) { return std::to_wstring(reinterpret_cast<std::uintptr_t>(handle)); }

bool is_set() { return ::GetEnvironmentVariableW(variable, nullptr, 0) != 0; }

// What comes of this value. The variable has to be gone.
Result<std::unique_ptr<sys::ParentLink>> find(const std::wstring& value) {
    REQUIRE(::SetEnvironmentVariableW(variable, value.c_str()));
    auto found = sys::find_parent();
    CHECK_FALSE(is_set());
    return found;
}

struct Pipe {
    Pipe() {
        HANDLE ends[2] = {};
        REQUIRE(::CreatePipe(&ends[0], &ends[1], nullptr, 0));
        reader = OwnedHandle(ends[0]);
        writer = OwnedHandle(ends[1]);
    }
    void greet(DWORD child) const {
        const Greeting greeting = Greeting::of(child, 0);
        DWORD size = 0;
        REQUIRE(::WriteFile(writer.get(), &greeting, sizeof greeting, &size, nullptr));
    }
    DWORD inside() const {
        DWORD size = 0;
        REQUIRE(::PeekNamedPipe(reader.get(), nullptr, 0, nullptr, &size, nullptr));
        return size;
    }
    OwnedHandle reader;
    OwnedHandle writer;
};

}  // namespace

TEST_CASE("parent link: without the variable there is no parent") {
    REQUIRE_FALSE(is_set());
    auto found = sys::find_parent();
    REQUIRE(found.has_value());
    CHECK(*found == nullptr);
}

TEST_CASE("parent link: words and numbers that lead nowhere") {
    CHECK(sys::parent_variable() == "PIER_PARENT");
    const OwnedHandle event = win32::make_event();
    for (const std::wstring& value :
         {std::wstring(L"1"), std::wstring(L"yes"), std::wstring(L"4 "), std::wstring(L"0 0"), std::wstring(L"4 8 "),
          number(event.get()) + L" " + number(event.get()), std::wstring(200, L'1')}) {
        auto found = find(value);
        REQUIRE_FALSE(found.has_value());
        CHECK(found.error() == Errc::invalid_argument);
    }
}

TEST_CASE("parent link: a pipe without a greeting, or with one for another process, is left as it is") {
    const Pipe pipe;
    const OwnedHandle event = win32::make_event();
    const std::wstring value = number(pipe.reader.get()) + L" " + number(event.get());
    CHECK_FALSE(find(value).has_value());
    pipe.greet(::GetCurrentProcessId() + 4);
    CHECK_FALSE(find(value).has_value());
    CHECK(pipe.inside() == sizeof(Greeting));
}

TEST_CASE("parent link: a greeting for this process is its parent's") {
    const Pipe pipe;
    pipe.greet(::GetCurrentProcessId());
    const HANDLE self = ::GetCurrentProcess();
    const OwnedHandle event = win32::make_event();
    HANDLE reader_of_link = nullptr;  // the link closes them
    HANDLE event_of_link = nullptr;
    REQUIRE(::DuplicateHandle(self, pipe.reader.get(), self, &reader_of_link, 0, FALSE, DUPLICATE_SAME_ACCESS));
    REQUIRE(::DuplicateHandle(self, event.get(), self, &event_of_link, 0, FALSE, DUPLICATE_SAME_ACCESS));
    auto found = find(number(reader_of_link) + L" " + number(event_of_link));
    REQUIRE(found.has_value());
    REQUIRE(*found != nullptr);
    CHECK(pipe.inside() == 0);
    auto sockets = (*found)->take_sockets();
    REQUIRE(sockets.has_value());
    CHECK(sockets->empty());
    CHECK(::WaitForSingleObject(event.get(), 0) == WAIT_OBJECT_0);
}
