#include "kind/names.hpp"

#include <pier/sys/unix_socket.hpp>

#include <atomic>

namespace ipc {

std::string unique_word() {
    static std::atomic<unsigned> number = 0;
    std::string word("pier-ipc-");
    word.append(std::to_string(pier::sys::process_id()));
    return word.append("-").append(std::to_string(++number));
}

pier::IpcName name_for(std::string_view word, std::string_view purpose) {
    std::string text(word);
    text.append(".").append(purpose);
    auto name = pier::IpcName::parse(text);
    // The word is this program's own, also where it came by a command line: a wrong one leads to a name that is not
    // there.
    return name ? *name : *pier::IpcName::parse("pier-ipc-none");
}

}  // namespace ipc
