// A thread for each client, and a loop on it: the handler of one may block or compute, and delays nobody else. Threads
// cost memory and a start for each client, so their number is bounded; who comes beyond it waits in the system's queue.
#include "acceptor.hpp"
#include "model.hpp"
#include "worker_thread.hpp"

#include <pier/loop.hpp>

#include <list>
#include <memory>
#include <new>

namespace pier {
namespace {

class ThreadPerClient final : public Model {
public:
    explicit ThreadPerClient(Frame& frame) : frame_(frame), acceptor_(frame) {}

    void run() override {
        if (!acceptor_.open()) return;
        make_spare();
        acceptor_.announce();
        while (wanted_ < Worker::Request::stop && !frame_.failed()) {
            Accepted client = acceptor_.next(may_take());
            join_ended();
            if (client.valid()) start_for(std::move(client));
        }
    }

    // The grace is each worker's own. The user may end it.
    void end() noexcept override {
        raise(wanted_, Worker::Request::stop);
        acceptor_.close();
        for (;;) {
            join_ended();
            if (clients_.empty()) return;
            for (Client& client : clients_) client.thread.request(wanted_);
            acceptor_.bell().wait();
        }
    }

    void request(Worker::Request wanted) noexcept override {
        raise(wanted_, wanted);
        acceptor_.bell().ring();
    }

private:
    struct Client {
        Client(Frame& frame, Bell& bell, Accepted&& from) : connection(std::move(from)), thread(frame, bell) {}
        Accepted connection;
        Result<void> made;  // its loop
        WorkerThread thread;
    };

    void make_spare() {
        auto made = Loop::create(*frame_.options.engine);
        if (made) spare_ = std::move(*made);
        spare_is_used_ = false;
    }

    // Whether one more client may come. Without the spare loop only those that have been here already: else each
    // descriptor that is freed could go to a new connection again.
    bool may_take() {
        if (clients_.size() >= frame_.options.max_threads) return false;
        if (acceptor_.holds() || clients_.empty() || spare_ != nullptr) return true;
        if (!spare_is_used_) make_spare();
        return spare_ != nullptr;
    }

    void start_for(Accepted&& connection) {
        // Nobody is served, so nobody will end and free anything: all that is left is held by connections.
        if (is_short_ && clients_.empty()) {
            spare_.reset();
            spare_is_used_ = true;
        }
        Client* client = nullptr;
        Result<void> started = fail(Errc::not_enough_memory);
        try {
            client = &clients_.emplace_back(frame_, acceptor_.bell(), std::move(connection));
            started = client->thread.start([client](Worker& worker, Result<void> made) {
                client->made = made;
                if (made) worker.serve_one(std::move(client->connection));
            });
        } catch (const std::bad_alloc&) {
            // As if there were no thread.
        }
        if (started) return;
        if (client != nullptr) {
            connection = std::move(client->connection);
            clients_.pop_back();
        }
        is_short_ = true;
        acceptor_.put_back(std::move(connection), "starting a thread", started.error());
    }

    void join_ended() {
        for (auto client = clients_.begin(); client != clients_.end();) {
            if (!client->thread.ended()) {
                ++client;
                continue;
            }
            client->thread.join();
            if (client->made) {
                acceptor_.place_freed();
                is_short_ = spare_is_used_ = false;
            } else {  // most likely for want of a descriptor
                is_short_ = true;
                acceptor_.put_back(std::move(client->connection), "starting a loop", client->made.error());
            }
            client = clients_.erase(client);
        }
        // The spare loop is the place for the next one.
        if (clients_.empty() && spare_ != nullptr) acceptor_.place_freed();
    }

    Frame& frame_;
    Acceptor acceptor_;
    std::list<Client> clients_;  // this thread's alone
    // Of many clients that come at once, each may get a descriptor for its connection before any gets those of its
    // loop. Then this one goes, so that the first of them has as many as it needs, and ends, and the next one after it.
    std::unique_ptr<Loop> spare_;
    bool spare_is_used_ = false;  // by the client that was started then, until one ends
    bool is_short_ = false;       // since one could not be served, until one ends
    std::atomic<Worker::Request> wanted_{Worker::Request::none};
};

}  // namespace

ModelInfo thread_model() noexcept {
    return {.name = "thread",
            .summary = "a thread for each client, up to --max-threads: for handlers that block or compute",
            .one_listener = true,
            .bound = "--max-threads",
            .tcp_alone = true,
            .make = make_model<ThreadPerClient>};
}

}  // namespace pier
