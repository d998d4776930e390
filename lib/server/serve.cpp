#include <pier/server/serve.hpp>

#include "model.hpp"
#include "serve_options.hpp"
#include "worker.hpp"

#include <pier/cli/program.hpp>
#include <pier/detail/assert.hpp>
#include <pier/sys/socket.hpp>
#include <pier/sys/stop.hpp>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

namespace pier {
namespace {

constexpr std::string_view no_memory = "there is not enough memory to serve";

// A thread that is coming up. By a condition variable, since std::atomic<T>::wait of GCC 12 may miss its notification
// where the system has no futex.
class Start {
public:
    // The first call counts.
    void end(std::vector<Listening> names) {
        std::lock_guard lock(mutex_);
        if (over_) return;
        over_ = true;
        names_ = std::move(names);
        changed_.notify_one();
    }

    std::vector<Listening> wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return over_; });
        return names_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Listening> names_;
    bool over_ = false;
};

// One run of serve(): the workers, their threads, and the way of a request to stop.
class Run {
public:
    Run(const Service& service, ServeOptions options)
        : service_(service), options_(std::move(options)), exceptions_(service.name) {
        const bool one_at_a_time = model_for(*options_.engine) == Model::iterative;
        const std::size_t most = one_at_a_time ? 1 : options_.most_connections;
        if (most > 0) program_.limit = make_connection_limit(most);
    }

    int run() {
        if (auto watched = sys::on_stop_request(stop_requested, this); !watched) {
            return complain(service_.name, "watching for requests to stop", watched.error());
        }
        survive_shortage([this] {
            if (options_.threads > 1 && !sys::can_share_port()) {
                run_dealt();
            } else {
                run_shared();
            }
        });
        request(Worker::Request::stop);
        for (std::thread& thread : threads_) thread.join();
        (void)sys::on_stop_request(nullptr, nullptr);
        exceptions_.sum_up();
        return status_;
    }

private:
    // There is no memory to start with; what a handler throws later is its scope's. The other threads stop in order.
    template <class Part>
    void survive_shortage(Part part) {
        try {
            part();
        } catch (const std::bad_alloc&) {
            say(service_.name, no_memory);
            status_ = 1;
        }
    }

    // The TCP listeners, which several loops may share.
    [[nodiscard]] std::vector<Listening> streams() const {
        std::vector<Listening> all;
        for (const Endpoint& endpoint : options_.listen) all.push_back({.endpoint = endpoint});
        for (std::size_t i = 0; i < options_.more.size(); ++i) {
            if (!service_.more[i].datagrams) all.push_back({.endpoint = options_.more[i], .port = i + 1});
        }
        return all;
    }

    // The UDP sockets, which the first loop has.
    [[nodiscard]] std::vector<Listening> datagrams() const {
        std::vector<Listening> all;
        if (service_.datagrams) {
            for (const Endpoint& endpoint : options_.listen) all.push_back({.endpoint = endpoint, .datagrams = true});
        }
        for (std::size_t i = 0; i < options_.more.size(); ++i) {
            if (service_.more[i].datagrams)
                all.push_back({.endpoint = options_.more[i], .port = i + 1, .datagrams = true});
        }
        return all;
    }

    // One loop on this thread; further ones listen on the same ports, and the system spreads the connections.
    void run_shared() {
        const bool shared = options_.threads > 1;
        ListenerOptions listening{
            .share_port = shared, .first_to_share = shared, .client_speaks_first = options_.client_speaks_first};
        Worker& first = workers_.emplace_back(program_, *options_.engine);
        std::vector<Listening> wanted = streams();
        const std::size_t to_share = wanted.size();
        for (Listening& one : datagrams()) wanted.push_back(std::move(one));
        serve_here(first, wanted, listening, [&](const std::vector<Listening>& opened) {
            listening.first_to_share = false;
            const std::vector<Listening> again(opened.begin(), opened.begin() + static_cast<std::ptrdiff_t>(to_share));
            for (unsigned i = 1; i < options_.threads && status_ == 0; ++i) {
                serve_on_thread(workers_.emplace_back(program_, *options_.engine), again, listening);
            }
            announce(opened);
        });
    }

    // Where ports can't be shared: a blocking acceptor for each of them deals its connections to the loops in turn. The
    // first acceptor is on this thread.
    void run_dealt() {
        ListenerOptions listening{.client_speaks_first = options_.client_speaks_first};
        std::vector<Listening> udp;
        for (unsigned i = 0; i < options_.threads && status_ == 0; ++i) {
            auto names = serve_on_thread(workers_.emplace_back(program_, *options_.engine),
                                         i == 0 ? datagrams() : std::vector<Listening>(), listening);
            udp.insert(udp.end(), names.begin(), names.end());
        }
        auto deal = [this](Accepted&& accepted, std::size_t port) {
            workers_[next_.fetch_add(1, std::memory_order_relaxed) % options_.threads].adopt(std::move(accepted), port);
        };
        const std::vector<Listening> wanted = streams();
        std::vector<Listening> opened;
        for (std::size_t i = 1; i < wanted.size() && status_ == 0; ++i) {
            Worker& acceptor = acceptors_.emplace_back(program_, blocking_, deal);
            auto names = serve_on_thread(acceptor, {wanted[i]}, listening);
            opened.insert(opened.end(), names.begin(), names.end());
        }
        if (status_ != 0) return;
        Worker& acceptor = acceptors_.emplace_back(program_, blocking_, deal);
        serve_here(acceptor, {wanted[0]}, listening, [&](const std::vector<Listening>& first) {
            opened.insert(opened.begin(), first.begin(), first.end());
            opened.insert(opened.end(), udp.begin(), udp.end());
            announce(opened);
        });
    }

    void serve_here(Worker& worker, const std::vector<Listening>& wanted, ListenerOptions listening,
                    const Worker::Ready& ready) {
        if (!worker.create()) {
            status_ = 1;
            return;
        }
        enlist(worker);
        if (!worker.run(wanted, listening, ready)) status_ = 1;
    }

    // Returns when it is up, with the names of its sockets, or has failed (see status_).
    std::vector<Listening> serve_on_thread(Worker& worker, std::vector<Listening> wanted, ListenerOptions listening) {
        auto start = std::make_shared<Start>();
        try {
            threads_.emplace_back([this, &worker, wanted = std::move(wanted), listening, start] {
                survive_shortage([&] {
                    serve_here(worker, wanted, listening,
                               [&](const std::vector<Listening>& opened) { start->end(opened); });
                });
                if (status_ != 0) request(Worker::Request::stop);
                start->end({});
            });
        } catch (const std::system_error& failure) {
            // Not with fewer: who asks for threads counts on them.
            say(service_.name, "a thread can't be started (" + std::to_string(threads_.size()) +
                                   " have been, besides the first): " + failure.what());
            status_ = 1;
            request(Worker::Request::stop);
            return {};
        }
        return start->wait();
    }

    void announce(const std::vector<Listening>& opened) const {
        if (status_ != 0) return;
        std::string lines;
        for (const Listening& one : opened) {
            lines += std::string("listening ") + (one.datagrams ? "udp " : "tcp ") + one.endpoint.to_string() +
                     " engine=" + std::string(options_.engine->name);
            if (one.port > 0) lines += " port=" + std::string(service_.more[one.port - 1].name);
            lines += "\n";
        }
        (void)print(service_.name, lines);
    }

    // The user's first request begins the grace, a later one ends it.
    static void stop_requested(void* run) noexcept {
        auto& self = *static_cast<Run*>(run);
        const bool again = self.user_asked_.exchange(true);
        self.request(again ? Worker::Request::end_grace : Worker::Request::stop);
    }

    // Any thread, also a signal handler: no locks. Idempotent.
    void request(Worker::Request wanted) noexcept {
        Worker::Request known = wanted_.load();
        while (known < wanted && !wanted_.compare_exchange_weak(known, wanted)) {
        }
        std::size_t count = enlisted_.load();
        for (std::size_t i = 0; i < count; ++i) roster_[i].load()->request(wanted);
    }

    // From now on the worker hears of requests. One that came while it was being enlisted reaches it here.
    void enlist(Worker& worker) {
        {
            std::lock_guard lock(enlisting_);
            std::size_t index = enlisted_.load();
            spi::require(index < roster_.size(), "more threads than a server can have");
            roster_[index].store(&worker);
            enlisted_.store(index + 1);
        }
        worker.request(wanted_.load());
    }

    const Service& service_;
    const ServeOptions options_;
    ExceptionLog exceptions_;
    Program program_{.service = service_, .exceptions = exceptions_, .limit = nullptr};
    const EngineInfo blocking_ = spi::blocking_engine_info();
    std::deque<Worker> workers_;
    std::deque<Worker> acceptors_;
    std::vector<std::thread> threads_;
    std::atomic<std::size_t> next_{0};
    std::atomic<int> status_{0};
    std::atomic<Worker::Request> wanted_{Worker::Request::none};
    static_assert(decltype(wanted_)::is_always_lock_free, "a signal handler uses it");
    std::atomic<bool> user_asked_{false};
    std::mutex enlisting_;
    std::array<std::atomic<Worker*>, 512> roster_{};
    std::atomic<std::size_t> enlisted_{0};
};

}  // namespace

int serve(int argc, char** argv, const Service& service) {
    try {
        ParsedOptions parsed = parse_serve_options(argc, argv, service);
        if (!parsed.options) return parsed.status;
        if (auto started = sys::start_up(); !started)
            return complain(service.name, "starting sockets", started.error());
        return Run(service, std::move(*parsed.options)).run();
    } catch (const std::bad_alloc&) {
        say(service.name, no_memory);
        return 1;
    }
}

}  // namespace pier
