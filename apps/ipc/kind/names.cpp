#include "kind/names.hpp"

#include <pier/sys/unix_socket.hpp>

#include <atomic>
#include <random>

namespace ipc {
namespace {

std::string random_letters() {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
    std::random_device source;
    std::uniform_int_distribution<std::size_t> any(0, letters.size() - 1);
    std::string text;
    for (int i = 0; i < 6; ++i) text.push_back(letters[any(source)]);
    return text;
}

}  // namespace

std::string unique_word() {
    // The system uses a process's number again, and an earlier one that was killed may have left its names behind.
    static const std::string of_this_run = random_letters();
    static std::atomic<unsigned> number = 0;
    std::string word("pier-ipc-");
    word.append(std::to_string(pier::sys::process_id()));
    return word.append("-").append(of_this_run).append("-").append(std::to_string(++number));
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
