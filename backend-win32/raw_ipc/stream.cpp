// Ends over handles, which block.
#include "raw_ipc/raw.hpp"

#include <algorithm>
#include <charconv>

namespace pier::win32 {
namespace {

class StreamEnd final : public RawEnd {
public:
    StreamEnd(SystemHandle input, SystemHandle output) noexcept
        : input_(std::move(input)), output_(std::move(output)) {}

    Result<void> send(std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const auto size = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), most));
            DWORD count = 0;
            if (!::WriteFile(handle_of(output_), bytes.data(), size, &count, nullptr)) return raw_failure();
            bytes = bytes.subspan(count);
        }
        return {};
    }

    Result<std::size_t> receive(std::span<std::byte> into) override {
        const auto size = static_cast<DWORD>(std::min<std::size_t>(into.size(), most));
        DWORD count = 0;
        if (::ReadFile(handle_of(input_), into.data(), size, &count, nullptr)) return count;
        if (::GetLastError() == ERROR_BROKEN_PIPE) return 0;
        return raw_failure();
    }

private:
    static constexpr std::size_t most = 1 << 20;
    SystemHandle input_;
    SystemHandle output_;
};

}  // namespace

std::unique_ptr<RawEnd> raw_stream(SystemHandle input, SystemHandle output) {
    return std::make_unique<StreamEnd>(std::move(input), std::move(output));
}

SystemHandle raw_handle(std::span<const std::string> words, std::size_t place) noexcept {
    if (place >= words.size()) return {};
    const std::string& word = words[place];
    std::uintptr_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) return {};
    return SystemHandle(NativeHandle{number});
}

std::wstring raw_object(const wchar_t* prefix, std::string_view word, std::string_view purpose) {
    const std::string name = sys::raw_name(word, purpose);
    std::wstring text(prefix);
    text.append(name.begin(), name.end());
    return text;
}

}  // namespace pier::win32
