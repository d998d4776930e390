#include "link/wpcap.hpp"

#include <array>
#include <string>
#include <string_view>

namespace pier::win32 {
namespace {

// "For applications: DLL loading": Npcap's own folder, whose Packet.dll belongs to this wpcap.dll; else the system's
// folder, where Npcap in its WinPcap-compatible mode puts it, and Wine its own. Never the current folder.
HMODULE load_library() {
    std::array<wchar_t, MAX_PATH> folder{};
    const UINT length = ::GetSystemDirectoryW(folder.data(), static_cast<UINT>(folder.size()));
    if (length > 0 && length < folder.size()) {
        const std::wstring path = std::wstring(folder.data(), length) + L"\\Npcap\\wpcap.dll";
        if (HMODULE own = ::LoadLibraryExW(path.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH)) return own;
    }
    return ::LoadLibraryExW(L"wpcap.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
}

template <class Function>
bool find(HMODULE library, const char* name, Function*& function) noexcept {
    // FARPROC is a function of no meaning: the library's documentation says which type it has.
    function = reinterpret_cast<Function*>(reinterpret_cast<void*>(::GetProcAddress(library, name)));
    return function != nullptr;
}

struct Loaded {
    Wpcap functions;
    Error error;
};

Loaded load() {
    Loaded loaded;
    HMODULE library = load_library();
    if (library == nullptr) {
        loaded.error = {Errc::not_supported, static_cast<std::int32_t>(::GetLastError())};
        return loaded;
    }
    Wpcap& to = loaded.functions;
    const bool all = find(library, "pcap_create", to.create) && find(library, "pcap_set_snaplen", to.set_snaplen) &&
                     find(library, "pcap_set_promisc", to.set_promisc) &&
                     find(library, "pcap_set_timeout", to.set_timeout) &&
                     find(library, "pcap_set_buffer_size", to.set_buffer_size) &&
                     find(library, "pcap_activate", to.activate) && find(library, "pcap_datalink", to.datalink) &&
                     find(library, "pcap_setfilter", to.setfilter) && find(library, "pcap_next_ex", to.next_ex) &&
                     find(library, "pcap_breakloop", to.breakloop) && find(library, "pcap_sendpacket", to.sendpacket) &&
                     find(library, "pcap_stats", to.stats) && find(library, "pcap_close", to.close);
    // WinPcap, which is older than pcap_create(), has not all of them.
    if (!all) loaded.error = {Errc::not_supported, ERROR_PROC_NOT_FOUND};
    (void)find(library, "pcap_set_tstamp_precision", to.set_tstamp_precision);
    return loaded;
}

}  // namespace

Result<const Wpcap*> wpcap() {
    static const Loaded loaded = load();
    if (loaded.error) return fail(loaded.error);
    return &loaded.functions;
}

}  // namespace pier::win32
