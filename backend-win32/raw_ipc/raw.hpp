// What the kinds of raw_ipc share.
#pragma once

#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "socket/winsock.hpp"

#include <pier/tool/raw_ipc.hpp>

namespace pier::win32 {

using sys::RawEnd;
using sys::RawHost;
using sys::RawKind;

// Of nothing that could hang.
inline constexpr DWORD raw_patience = 10'000;  // milliseconds

[[nodiscard]] inline std::unexpected<Error> raw_failure() noexcept { return fail(translate(::GetLastError())); }

// An end over handles, by ReadFile and WriteFile that block.
[[nodiscard]] std::unique_ptr<RawEnd> raw_stream(SystemHandle input, SystemHandle output);

// The word of an invitation as a handle that was inherited; none where it is no number.
[[nodiscard]] SystemHandle raw_handle(std::span<const std::string> words, std::size_t place) noexcept;

// "PREFIXWORD.PURPOSE", of letters that are all ASCII.
[[nodiscard]] std::wstring raw_object(const wchar_t* prefix, std::string_view word, std::string_view purpose);

// Each is defined in the file of its name.
[[nodiscard]] RawKind raw_named_pipe() noexcept;
[[nodiscard]] RawKind raw_pipe() noexcept;
[[nodiscard]] RawKind raw_semaphore() noexcept;
[[nodiscard]] RawKind raw_shared_memory() noexcept;

}  // namespace pier::win32
