#include "dealt.hpp"

#include <utility>

namespace pier {

void DealtLoops::run(Crew& crew, unsigned loops, std::vector<Listening> streams, std::vector<Accepted> sockets,
                     const std::vector<Listening>& datagrams, const Worker::Ready& ready) {
    const ListenerOptions listening = frame_.listening();
    std::vector<Listening> udp;
    std::vector<Accepted> opened_with_udp;
    sockets.resize(streams.size());
    for (unsigned i = 0; i < loops && !frame_.failed(); ++i) {
        Worker& loop = crew.add(*frame_.options.engine);
        loops_.push_back(&loop);
        if (i == 0) loop.put_listeners_into(opened_with_udp);
        for (Listening& one : crew.serve_on_thread(loop, i == 0 ? datagrams : std::vector<Listening>(), listening)) {
            (one.datagrams ? udp : streams).push_back(std::move(one));
        }
    }
    if (frame_.failed()) return;
    for (Accepted& each : opened_with_udp) sockets.push_back(std::move(each));
    auto deal = [this](Accepted&& accepted, std::size_t port) {
        loops_[next_.fetch_add(1, std::memory_order_relaxed) % loops_.size()]->adopt(std::move(accepted), port);
    };
    const auto socket = [&](std::size_t index) {
        std::vector<Accepted> one;
        one.push_back(std::move(sockets[index]));
        return one;
    };
    std::vector<Listening> opened;
    for (std::size_t i = 1; i < streams.size() && !frame_.failed(); ++i) {
        auto names = crew.serve_on_thread(crew.add(blocking_, deal), {streams[i]}, listening, socket(i));
        opened.insert(opened.end(), names.begin(), names.end());
    }
    if (frame_.failed()) return;
    crew.serve_here(
        crew.add(blocking_, deal), {streams[0]}, listening,
        [&](const std::vector<Listening>& first) {
            opened.insert(opened.begin(), first.begin(), first.end());
            opened.insert(opened.end(), udp.begin(), udp.end());
            ready(opened);
        },
        socket(0));
}

}  // namespace pier
