// A loop's inbox: many producers, one consumer, a lock-free stack that is taken whole and turned round.
#pragma once

#include <pier/detail/queue.hpp>

#include <atomic>
#include <utility>

namespace pier::spi {

struct Post : Link {
    // Called on the loop's thread; the node may be freed or posted again from inside.
    void (*run)(Post&) noexcept = nullptr;
};

class Inbox {
public:
    enum class Consumer : bool { awake, asleep };

    // Any thread; async-signal-safe. Returns what the consumer does. One that has announced its sleep is said to be
    // asleep once: that caller has to wake it.
    [[nodiscard]] Consumer push(Post& post) noexcept {
        Link* head = head_.load(std::memory_order_relaxed);
        do {
            post.next = head;
        } while (!head_.compare_exchange_weak(head, &post, std::memory_order_seq_cst, std::memory_order_relaxed));
        // Ordered after the push, as announce_sleep() orders its store before its look at the list: one of the two sees
        // the other.
        const bool asleep =
            sleeping_.load(std::memory_order_seq_cst) && sleeping_.exchange(false, std::memory_order_seq_cst);
        return asleep ? Consumer::asleep : Consumer::awake;
    }

    // A call that pushes, to its very end. What it pushes may end the consumer's life, which therefore waits for it.
    class Visit {
    public:
        explicit Visit(Inbox& inbox) noexcept : inbox_(inbox) {
            inbox_.visitors_.fetch_add(1, std::memory_order_relaxed);  // seen by whoever sees what is pushed next
        }
        Visit(const Visit&) = delete;
        Visit& operator=(const Visit&) = delete;
        ~Visit() { inbox_.visitors_.fetch_sub(1, std::memory_order_release); }

    private:
        Inbox& inbox_;
    };

    // The rest is for the consumer.

    [[nodiscard]] bool visited() const noexcept { return visitors_.load(std::memory_order_acquire) != 0; }

    enum class Sleep : bool { refused, allowed };

    // Refused when something has come already.
    [[nodiscard]] Sleep announce_sleep() noexcept {
        sleeping_.store(true, std::memory_order_seq_cst);
        const bool nothing = head_.load(std::memory_order_seq_cst) == nullptr && taken_ == nullptr;
        return nothing ? Sleep::allowed : Sleep::refused;
    }
    void end_sleep() noexcept { sleeping_.store(false, std::memory_order_relaxed); }

    [[nodiscard]] bool empty() const noexcept {
        return taken_ == nullptr && head_.load(std::memory_order_relaxed) == nullptr;
    }
    // The oldest, or null.
    Post* pop() noexcept {
        collect();
        return pop_collected();
    }
    // Takes what has come, unless something is left from the time before.
    void collect() noexcept {
        if (taken_ == nullptr) take();
    }
    // Takes everything that has come.
    void collect_all() noexcept {
        Link* taken = std::exchange(taken_, nullptr);
        take();
        if (taken == nullptr) return;
        Link* last = taken;
        while (last->next != nullptr) last = last->next;
        last->next = std::exchange(taken_, taken);
    }
    // The oldest of what was taken, or null.
    Post* pop_collected() noexcept {
        if (taken_ == nullptr) return nullptr;
        Link* link = taken_;
        taken_ = link->next;
        link->next = nullptr;
        return static_cast<Post*>(link);
    }

private:
    void take() noexcept {
        if (head_.load(std::memory_order_relaxed) == nullptr) return;
        Link* newest = head_.exchange(nullptr, std::memory_order_acquire);
        while (newest != nullptr) {
            Link* older = newest->next;
            newest->next = taken_;
            taken_ = newest;
            newest = older;
        }
    }

    alignas(64) std::atomic<Link*> head_{nullptr};
    std::atomic<bool> sleeping_{false};
    std::atomic<unsigned> visitors_{0};
    alignas(64) Link* taken_ = nullptr;  // the consumer's own, oldest first
};

}  // namespace pier::spi
