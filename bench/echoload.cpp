// A neutral load generator for TCP echo servers on this machine: one thread, non-blocking, every byte checked.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.hpp"
#include "common/histogram.hpp"
#include "common/pattern.hpp"
#include "common/usage.hpp"
#include "echoload_options.hpp"

namespace {

using namespace echoload;

enum Status { good = 0, wrong_data = 2, starved = 3, tail_lost = 4 };
constexpr std::size_t receive_size = 256 * 1024;
constexpr int most_connecting = 128;
constexpr std::size_t connections_per_source = 25'000;  // one source address has fewer ports than that
constexpr std::uint64_t set_up_limit_ns = 30 * bench::ns_per_s;
constexpr std::uint64_t tail_limit_ns = 3 * bench::ns_per_s;

enum class State : std::uint8_t { closed, connecting, first_message, ready };

struct Connection {
    int socket = -1;
    State state = State::closed;
    bool wants_output = false;
    std::uint32_t phase = 0;
    std::uint64_t queued = 0;  // offsets in this connection's stream: may be sent, was sent, came back
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t completed = 0;  // whole messages
    std::uint64_t measured = 0;   // of them, those within the window
    std::uint64_t connecting_since = 0;
};

// What is sampled at both ends of the window.
struct Sample {
    std::uint64_t at = 0;
    double own_cpu = 0;
    bench::MachineTime machine;
    std::vector<std::optional<bench::CpuTime>> processes;
};

class Load {
public:
    explicit Load(const Options& options)
        : options_(options),
          pattern_(receive_size),
          connections_(options.connections),
          sent_at_(options.connections * options.depth),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          receive_buffer_(receive_size) {
        if (epoll_ < 0) stop_with("epoll_create1");
    }

    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;
    ~Load() {
        for (Connection& connection : connections_) {
            if (connection.socket >= 0) close(connection);
        }
        ::close(epoll_);
    }

    Status run() {
        if (options_.mode == Mode::idle) return run_idle();
        return options_.messages ? run_counted() : run_window();
    }

private:
    Status run_window() {
        if (!set_up()) return verdict();
        begin();
        std::uint64_t end = bench::now_ns() + bench::to_ns(options_.warmup);
        while (bench::now_ns() < end && healthy()) poll(end);

        const Sample before = sample();
        is_measuring_ = true;
        end = before.at + bench::to_ns(options_.seconds.value_or(3));
        while (bench::now_ns() < end && healthy()) poll(end);
        is_measuring_ = false;
        may_send_ = false;
        const Sample after = sample();

        const bool is_tail_lost = options_.mode != Mode::churn && !drain();
        report(before, after);
        if (verdict() != good) return verdict();
        if (is_tail_lost) return tail_lost;
        if (const std::size_t count = count_starved(); count > 0) {
            std::fprintf(stderr, "echoload: %zu of %zu connections got nothing through\n", count, connections_.size());
            return starved;
        }
        return good;
    }

    Status run_counted() {
        credit_ = *options_.messages;
        if (!set_up()) return verdict();
        const Sample before = sample();
        is_measuring_ = true;
        begin();
        const std::uint64_t end = before.at + bench::to_ns(options_.seconds.value_or(60));
        while (operations_ < *options_.messages && bench::now_ns() < end && healthy()) poll(end);
        is_measuring_ = false;
        report(before, sample());
        if (verdict() != good) return verdict();
        if (operations_ == *options_.messages) return good;
        std::fprintf(stderr, "echoload: only %llu of %llu messages came back\n", count(operations_),
                     count(*options_.messages));
        return tail_lost;
    }

    Status run_idle() {
        std::vector<double> resident_before;
        for (const pid_t process : options_.processes) resident_before.push_back(resident(process));
        const double slab_before = bench::kernel_slab_bytes();
        const std::uint64_t opening = bench::now_ns();
        if (!open_all()) return verdict();
        const std::uint64_t opened = bench::now_ns();
        hold(0.2);  // the server may still be accepting

        const auto per_connection = [this](double bytes) { return bytes / static_cast<double>(connections_.size()); };
        double resident_growth = 0;
        for (std::size_t i = 0; i < options_.processes.size(); ++i) {
            resident_growth += resident(options_.processes[i]) - resident_before[i];
        }
        std::printf("mode=idle connections=%zu bytes=%llu set_up_seconds=%.3f", connections_.size(),
                    count(options_.bytes), bench::to_seconds(opened - opening));
        if (!options_.processes.empty()) std::printf(" rss_bytes_per_connection=%.0f", per_connection(resident_growth));
        std::printf(" slab_bytes_per_connection_both_ends=%.0f\n",
                    per_connection(bench::kernel_slab_bytes() - slab_before));
        std::fflush(stdout);
        hold(options_.seconds.value_or(3));
        return verdict();
    }

    void hold(double seconds) {
        const std::uint64_t end = bench::now_ns() + bench::to_ns(seconds);
        while (bench::now_ns() < end && healthy()) poll(end);
    }

    bool set_up() { return options_.mode == Mode::churn || open_all(); }

    void begin() {
        const std::uint64_t now = bench::now_ns();
        for (Connection& connection : connections_) {
            if (options_.mode == Mode::churn) {
                if (take_credit(1) == 1) connect(connection);
            } else if (connection.state == State::ready) {
                queue_messages(connection, take_credit(options_.depth), now);
            }
        }
    }

    // Opens every connection and, unless messages are empty, has one message echoed on each.
    bool open_all() {
        const std::uint64_t end = bench::now_ns() + set_up_limit_ns;
        std::size_t next = 0;
        while (ready_ < connections_.size() && healthy() && bench::now_ns() < end) {
            while (next < connections_.size() && connecting_ < most_connecting && healthy())
                connect(connections_[next++]);
            poll(end);
        }
        if (ready_ == connections_.size()) return true;
        std::fprintf(stderr, "echoload: only %zu of %zu connections came up\n", ready_, connections_.size());
        ++failures_;
        return false;
    }

    // What was sent must still come back.
    bool drain() {
        for (Connection& connection : connections_) {
            connection.queued = connection.sent;
            if (connection.socket >= 0 && connection.wants_output) want_output(connection, false);
        }
        const auto is_owed = [](const Connection& c) { return c.socket >= 0 && c.received < c.sent; };
        const std::uint64_t end = bench::now_ns() + tail_limit_ns;
        while (healthy() && std::ranges::any_of(connections_, is_owed)) {
            if (bench::now_ns() >= end) {
                std::fprintf(stderr, "echoload: what was sent last did not come back\n");
                return false;
            }
            poll(bench::now_ns() + 10'000'000);
        }
        return true;
    }

    bool healthy() const { return failures_ == 0; }
    Status verdict() const { return has_wrong_data_ ? wrong_data : healthy() ? good : starved; }

    std::size_t count_starved() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(connections_, [](const Connection& c) { return c.measured == 0; }));
    }

    std::size_t index_of(const Connection& connection) const {
        return static_cast<std::size_t>(&connection - connections_.data());
    }

    void connect(Connection& connection) {
        const std::size_t index = index_of(connection);
        const std::uint64_t measured = connection.measured;
        connection = {};
        connection.measured = measured;
        connection.phase = bench::Pattern::phase_of(index);
        connection.connecting_since = bench::now_ns();
        connection.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (connection.socket < 0) stop_with("socket");
        connection.state = State::connecting;
        connection.wants_output = true;
        ++connecting_;
        const int one = 1;
        ::setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connections_.size() > connections_per_source) bind_source(connection, index / connections_per_source);
        const auto* server = reinterpret_cast<const sockaddr*>(&options_.server);
        if (::connect(connection.socket, server, sizeof options_.server) != 0 && errno != EINPROGRESS) {
            return fail(connection, failed_to("connect", errno));
        }
        control(EPOLL_CTL_ADD, connection);
    }

    void bind_source(Connection& connection, std::size_t source) {
        const int one = 1;
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(source));
        ::setsockopt(connection.socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (::bind(connection.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            stop_with("bind");
    }

    void control(int operation, Connection& connection) {
        epoll_event event{};
        event.events = connection.wants_output ? EPOLLIN | EPOLLOUT : EPOLLIN;
        event.data.ptr = &connection;
        if (::epoll_ctl(epoll_, operation, connection.socket, &event) != 0) stop_with("epoll_ctl");
    }

    void want_output(Connection& connection, bool wants) {
        connection.wants_output = wants;
        control(EPOLL_CTL_MOD, connection);
    }

    // Reset, so that thousands of them leave no TIME_WAIT behind.
    void close(Connection& connection) {
        const linger reset{1, 0};
        ::setsockopt(connection.socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        ::close(connection.socket);
        if (connection.state == State::ready) --ready_;
        if (connection.state == State::connecting || connection.state == State::first_message) --connecting_;
        connection.socket = -1;
        connection.state = State::closed;
    }

    void fail(Connection& connection, const std::string& what) {
        if (++failures_ <= 3)
            std::fprintf(stderr, "echoload: connection %zu: %s\n", index_of(connection), what.c_str());
        close(connection);
    }

    void on_event(Connection& connection, std::uint32_t events) {
        if (connection.socket < 0) return;
        if (connection.state == State::connecting) return on_connected(connection, events);
        if (connection.wants_output && (events & EPOLLOUT) != 0) send_queued(connection);
        if (connection.socket >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive_all(connection);
    }

    void on_connected(Connection& connection, std::uint32_t events) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(connection.socket, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) return fail(connection, failed_to("connect", error));
        if ((events & EPOLLOUT) == 0) return;
        want_output(connection, false);
        if (options_.bytes == 0) return come_up(connection);
        connection.state = State::first_message;
        queue_messages(connection, 1, bench::now_ns());
    }

    void come_up(Connection& connection) {
        connection.state = State::ready;
        --connecting_;
        ++ready_;
    }

    std::uint64_t& sent_at(const Connection& connection, std::uint64_t message) {
        return sent_at_[index_of(connection) * options_.depth + message % options_.depth];
    }

    void queue_messages(Connection& connection, std::uint64_t messages, std::uint64_t now) {
        const std::uint64_t first = connection.queued / options_.bytes;
        for (std::uint64_t i = 0; i < messages; ++i) sent_at(connection, first + i) = now;
        connection.queued += messages * options_.bytes;
        send_queued(connection);
    }

    void send_queued(Connection& connection) {
        while (connection.sent < connection.queued) {
            const auto bytes = pattern_.at(connection.phase, connection.sent, connection.queued - connection.sent);
            const ssize_t sent = ::send(connection.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent >= 0) {
                connection.sent += static_cast<std::uint64_t>(sent);
            } else if (errno == EAGAIN) {
                if (!connection.wants_output) want_output(connection, true);
                return;
            } else if (errno != EINTR) {
                return fail(connection, failed_to("send", errno));
            }
        }
        if (connection.wants_output) want_output(connection, false);
    }

    // A few receives at most: the other connections wait.
    void receive_all(Connection& connection) {
        for (int turn = 0; turn < 4; ++turn) {
            const ssize_t got = ::recv(connection.socket, receive_buffer_.data(), receive_buffer_.size(), 0);
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
            if (got < 0) return fail(connection, failed_to("receive", errno));
            if (got == 0) return fail(connection, "closed by the server");
            const auto bytes = std::span<const char>(receive_buffer_).first(static_cast<std::size_t>(got));
            if (connection.received + bytes.size() > connection.sent ||
                !pattern_.matches(connection.phase, connection.received, bytes)) {
                has_wrong_data_ = true;
                return fail(connection, "WRONG DATA after offset " + std::to_string(connection.received));
            }
            connection.received += bytes.size();
            if (is_measuring_) bytes_ += bytes.size();
            if (!complete_messages(connection) || bytes.size() < receive_buffer_.size()) return;
        }
    }

    // Counts what is whole now and sends as many anew. Returns whether the connection may be read on.
    bool complete_messages(Connection& connection) {
        const std::uint64_t whole = connection.received / options_.bytes;
        if (whole == connection.completed) return true;
        const std::uint64_t now = bench::now_ns();
        const std::uint64_t fresh = whole - connection.completed;
        if (connection.state == State::first_message) {
            connection.completed = whole;
            come_up(connection);
            if (options_.mode == Mode::churn) complete_churn(connection, now);
            return false;
        }
        if (is_measuring_) {
            for (; connection.completed < whole; ++connection.completed) {
                latency_.add(now - sent_at(connection, connection.completed));
            }
            connection.measured += fresh;
            operations_ += fresh;
        }
        connection.completed = whole;
        if (may_send_ && options_.mode != Mode::idle) queue_messages(connection, take_credit(fresh), now);
        return connection.socket >= 0;
    }

    void complete_churn(Connection& connection, std::uint64_t now) {
        if (is_measuring_) {
            latency_.add(now - connection.connecting_since);
            ++connection.measured;
            ++operations_;
        }
        close(connection);
        if (may_send_ && take_credit(1) == 1) connect(connection);
    }

    // With --messages, as many of `wanted` as are still to be sent.
    std::uint64_t take_credit(std::uint64_t wanted) {
        if (!options_.messages) return wanted;
        const std::uint64_t taken = std::min(wanted, credit_);
        credit_ -= taken;
        return taken;
    }

    void poll(std::uint64_t until) {
        const std::uint64_t now = bench::now_ns();
        std::uint64_t wait_ms = until > now ? (until - now + 999'999) / 1'000'000 : 0;
        wait_ms = options_.spins ? 0 : std::min<std::uint64_t>(wait_ms, 100);
        const int count =
            ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), static_cast<int>(wait_ms));
        if (count < 0 && errno != EINTR) stop_with("epoll_wait");
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events_[static_cast<std::size_t>(i)];
            on_event(*static_cast<Connection*>(event.data.ptr), event.events);
        }
    }

    Sample sample() const {
        Sample sample{bench::now_ns(), bench::own_cpu_seconds(), bench::machine_time(), {}};
        for (const pid_t process : options_.processes) sample.processes.push_back(bench::cpu_time(process));
        return sample;
    }

    static double resident(pid_t process) { return bench::resident_bytes(process).value_or(0); }

    void report(const Sample& before, const Sample& after) const {
        const double seconds = bench::to_seconds(after.at - before.at);
        std::printf("mode=%s connections=%zu bytes=%llu depth=%llu seconds=%.3f", options_.mode_name.c_str(),
                    connections_.size(), count(options_.bytes), count(options_.depth), seconds);
        switch (options_.mode) {
            case Mode::stream:
                std::printf(" rate=%.1f unit=MB/s", static_cast<double>(bytes_) / seconds / 1e6);
                break;
            case Mode::churn:
                std::printf(" rate=%.0f unit=connections/s", static_cast<double>(operations_) / seconds);
                break;
            default:
                std::printf(" rate=%.0f unit=messages/s", static_cast<double>(operations_) / seconds);
        }
        std::printf(" operations=%llu p50_us=%.1f p99_us=%.1f p99.9_us=%.1f max_us=%.1f", count(operations_),
                    latency_.percentile(0.5) / 1e3, latency_.percentile(0.99) / 1e3, latency_.percentile(0.999) / 1e3,
                    static_cast<double>(latency_.largest()) / 1e3);
        const auto [least, most] = std::ranges::minmax(connections_, {}, &Connection::measured);
        std::printf(" least=%llu most=%llu", count(least.measured), count(most.measured));
        const double client = (after.own_cpu - before.own_cpu) / seconds;
        std::printf(" client_cpu=%.3f", client);
        if (!options_.processes.empty()) report_processes(before, after, seconds, client);
        std::printf(" failures=%llu\n", count(failures_));
    }

    void report_processes(const Sample& before, const Sample& after, double seconds, double client) const {
        double total = 0;
        double user = 0;
        double user_ticks = 0;
        std::string each;
        for (std::size_t i = 0; i < options_.processes.size(); ++i) {
            const auto& first = before.processes[i];
            const auto& last = after.processes[i];
            if (!first || !last) {
                std::fprintf(stderr, "echoload: process %d is gone\n", options_.processes[i]);
                continue;
            }
            const double used = last->total - first->total;
            const double all = last->all - first->all;
            total += used;
            if (all > 0) user += used * (last->user - first->user) / all;
            user_ticks += (last->user - first->user) / bench::tick_seconds();
            char text[32];
            std::snprintf(text, sizeof text, "%s%.3f", i ? "," : "", used / seconds);
            each += text;
        }
        const double operations = operations_ > 0 ? static_cast<double>(operations_) : 1;
        std::printf(" server_cpu=%.3f server_cpu_each=%s", total / seconds, each.c_str());
        std::printf(
            " server_us_per_op=%.3f server_user_ns_per_op=%.1f server_system_ns_per_op=%.1f server_user_ticks=%.0f",
            total * 1e6 / operations, user * 1e9 / operations, (total - user) * 1e9 / operations, user_ticks);
        if (seconds < 0.2) return;  // the machine's time is counted in steps of 10 ms
        const double busy = (after.machine.busy - before.machine.busy) / seconds;
        std::printf(" other_cpu=%.3f stolen_cpu=%.3f", busy - client - total / seconds,
                    (after.machine.stolen - before.machine.stolen) / seconds);
    }

    static std::string failed_to(const char* call, int error) {
        return std::string(call) + ": " + std::strerror(error);
    }

    static unsigned long long count(std::uint64_t value) { return value; }

    [[noreturn]] static void stop_with(const char* what) {
        std::fprintf(stderr, "echoload: %s: %s\n", what, std::strerror(errno));
        std::exit(1);
    }

    const Options& options_;
    bench::Pattern pattern_;
    std::vector<Connection> connections_;
    std::vector<std::uint64_t> sent_at_;  // of the messages in flight, `depth` per connection
    int epoll_;
    std::vector<char> receive_buffer_;
    std::array<epoll_event, 512> events_{};

    std::size_t ready_ = 0;
    int connecting_ = 0;
    bool is_measuring_ = false;
    bool may_send_ = true;
    bool has_wrong_data_ = false;
    std::uint64_t credit_ = 0;
    std::uint64_t failures_ = 0;
    std::uint64_t operations_ = 0;
    std::uint64_t bytes_ = 0;
    bench::Histogram latency_;
};

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse_options(argc, argv);
    raise_descriptor_limit();
    Load load(options);
    return load.run();
}
