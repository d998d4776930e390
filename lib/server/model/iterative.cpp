// One client after the other: the simplest server there is. The handler of the one that is served may wait as long as
// it likes, and all the others stand in the system's queue meanwhile.
#include "crew.hpp"
#include "model.hpp"

namespace pier {
namespace {

class Iterative final : public Model {
public:
    explicit Iterative(Frame& frame) : frame_(frame), crew_(frame) { frame.program.limit = make_connection_limit(1); }

    void run() override {
        std::vector<Listening> wanted = frame_.streams();
        std::vector<Accepted> sockets = frame_.take_sockets(wanted);
        for (Listening& one : frame_.datagrams()) wanted.push_back(std::move(one));
        crew_.serve_here(
            crew_.add(*frame_.options.engine), wanted, frame_.listening(),
            [this](const std::vector<Listening>& opened) { frame_.announce(opened); }, std::move(sockets));
    }

    void request(Worker::Request wanted) noexcept override { crew_.request(wanted); }

private:
    Frame& frame_;
    Crew crew_;
};

}  // namespace

ModelInfo iterative_model() noexcept {
    return {.name = "iterative",
            .summary = "one client after the other: the simplest server, for short conversations",
            .make = make_model<Iterative>};
}

}  // namespace pier
