// A thread for each client, and a loop on it: the handler of one may block or compute, and delays nobody else. Threads
// cost memory and a start for each client, so their number is bounded; who comes beyond it waits in the system's queue.
#include "acceptor.hpp"
#include "model.hpp"
#include "worker_thread.hpp"

#include <list>
#include <new>

namespace pier {
namespace {

class ThreadPerClient final : public Model {
public:
    explicit ThreadPerClient(Frame& frame) : frame_(frame), acceptor_(frame) {}

    void run() override {
        if (!acceptor_.open()) return;
        acceptor_.announce();
        while (wanted_ < Worker::Request::stop && !frame_.failed()) {
            Accepted client = acceptor_.next(clients_.size() < frame_.options.max_threads);
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

    void start_for(Accepted&& connection) {
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
            } else {  // most likely for want of a descriptor
                acceptor_.put_back(std::move(client->connection), "starting a loop", client->made.error());
            }
            client = clients_.erase(client);
        }
    }

    Frame& frame_;
    Acceptor acceptor_;
    std::list<Client> clients_;  // this thread's alone
    std::atomic<Worker::Request> wanted_{Worker::Request::none};
};

}  // namespace

ModelInfo thread_model() noexcept {
    return {.name = "thread",
            .summary = "a thread for each client, up to --max-threads: for handlers that block or compute",
            .one_listener = true,
            .bound = "--max-threads",
            .make = make_model<ThreadPerClient>};
}

}  // namespace pier
