// A standard input that was opened for overlapped calls, as some programs hand it to their children; and a file.
#include "socket/winsock.hpp"

#include <pier/sys/console.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <thread>

namespace {

// Puts a handle where the standard input was, for as long as it lives, and closes it.
class StandardInput {
public:
    explicit StandardInput(HANDLE handle) noexcept : handle_(handle) { ::SetStdHandle(STD_INPUT_HANDLE, handle); }
    StandardInput(const StandardInput&) = delete;
    StandardInput& operator=(const StandardInput&) = delete;
    ~StandardInput() {
        ::SetStdHandle(STD_INPUT_HANDLE, before_);
        ::CloseHandle(handle_);
    }

private:
    HANDLE before_ = ::GetStdHandle(STD_INPUT_HANDLE);
    HANDLE handle_;
};

std::string read_to_the_end(std::size_t piece) {
    std::string all;
    for (int i = 0; i < 1000; ++i) {
        std::array<std::byte, 64> into{};
        auto got = pier::sys::read_standard_input(std::span(into).first(piece));
        REQUIRE(got.has_value());
        if (*got == 0) return all;
        all.append(reinterpret_cast<const char*>(into.data()), *got);
    }
    return all;
}

void put(HANDLE to, std::string_view text) {
    DWORD written = 0;
    const BOOL good = ::WriteFile(to, text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
    REQUIRE(good);
    REQUIRE(written == text.size());
}

}  // namespace

TEST_CASE("standard input: a pipe for overlapped calls is waited for and read to its end") {
    const std::wstring name = L"\\\\.\\pipe\\pier-test-" + std::to_wstring(::GetCurrentProcessId());
    HANDLE writer =
        ::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_OUTBOUND, PIPE_TYPE_BYTE | PIPE_WAIT, 1, 4096, 4096, 0, nullptr);
    REQUIRE(writer != INVALID_HANDLE_VALUE);
    HANDLE reader = ::CreateFileW(name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr);
    REQUIRE(reader != INVALID_HANDLE_VALUE);
    StandardInput input(reader);
    std::string got;
    std::thread reading([&] { got = read_to_the_end(16); });  // before there is anything
    put(writer, "one ");
    put(writer, "two ");
    put(writer, "three, which does not fit into a single read");
    ::CloseHandle(writer);
    reading.join();
    CHECK(got == "one two three, which does not fit into a single read");
}

TEST_CASE("standard input: a file is read from where it stands, whatever it was opened for") {
    std::array<wchar_t, MAX_PATH + 1> folder{};
    std::array<wchar_t, MAX_PATH + 1> path{};
    REQUIRE(::GetTempPathW(MAX_PATH, folder.data()) != 0);
    REQUIRE(::GetTempFileNameW(folder.data(), L"pie", 0, path.data()) != 0);
    HANDLE filling = ::CreateFileW(path.data(), GENERIC_WRITE, FILE_SHARE_READ, nullptr, CREATE_ALWAYS, 0, nullptr);
    REQUIRE(filling != INVALID_HANDLE_VALUE);
    put(filling, "0123456789abcdefghijklmnopqrstuvwxyz");
    ::CloseHandle(filling);
    const auto open_with = [&](DWORD flags) {
        HANDLE file = ::CreateFileW(path.data(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, flags, nullptr);
        REQUIRE(file != INVALID_HANDLE_VALUE);
        return file;
    };
    {
        HANDLE plain = open_with(0);
        LARGE_INTEGER place{};
        place.QuadPart = 10;
        REQUIRE(::SetFilePointerEx(plain, place, nullptr, FILE_BEGIN));
        const StandardInput first(plain);
        CHECK(read_to_the_end(16) == "abcdefghijklmnopqrstuvwxyz");
        const StandardInput second(open_with(FILE_FLAG_OVERLAPPED));
        CHECK(read_to_the_end(16) == "0123456789abcdefghijklmnopqrstuvwxyz");
    }
    ::DeleteFileW(path.data());
}
