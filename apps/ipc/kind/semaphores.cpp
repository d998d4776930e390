#include "kind/semaphores.hpp"

namespace ipc {

OrFault<std::vector<MadeSemaphore>> make_semaphores(std::string_view word,
                                                    std::initializer_list<WantedSemaphore> wanted) {
    std::vector<MadeSemaphore> all;
    all.reserve(wanted.size());
    for (const WantedSemaphore& each : wanted) {
        pier::IpcName name = name_for(word, each.purpose);
        auto made = pier::NamedSemaphore::create(name, each.count);
        if (!made) return fault("making a semaphore", made.error());
        all.emplace_back(std::move(name), std::move(*made));
    }
    return all;
}

OrFault<std::vector<pier::NamedSemaphore>> open_semaphores(std::string_view word,
                                                           std::initializer_list<std::string_view> purposes) {
    std::vector<pier::NamedSemaphore> all;
    for (const std::string_view purpose : purposes) {
        auto opened = pier::NamedSemaphore::open(name_for(word, purpose));
        if (!opened) return fault("opening a semaphore", opened.error());
        all.push_back(std::move(*opened));
    }
    return all;
}

}  // namespace ipc
