#include "evaluate.hpp"

#include <pier/packet/filter/program.hpp>

#include <array>

namespace pier::packet {

namespace {

using namespace filter;

class Machine {
public:
    Machine(Bytes packet, std::uint32_t wire_length) noexcept : packet_(packet), wire_length_(wire_length) {}

    // False: the packet is refused.
    bool step(const FilterInstruction& i) noexcept {
        switch (i.code & op::class_mask) {
            case op::ld:
                return load(i, a_);
            case op::ldx:
                return load(i, x_);
            case op::st:
                return store(i.constant, a_);
            case op::stx:
                return store(i.constant, x_);
            case op::alu:
                return calculate_with(i);
            case op::misc:
                (i.code == op::txa ? a_ : x_) = i.code == op::txa ? x_ : a_;
                return true;
            default:
                return false;
        }
    }

    [[nodiscard]] bool jumps(const FilterInstruction& i) const noexcept {
        return holds(i.code & op::op_mask, a_, (i.code & op::x) != 0 ? x_ : i.constant);
    }
    [[nodiscard]] std::uint32_t a() const noexcept { return a_; }

private:
    bool load(const FilterInstruction& i, std::uint32_t& to) noexcept {
        switch (i.code & op::mode_mask) {
            case op::imm:
                to = i.constant;
                return true;
            case op::len:
                to = wire_length_;
                return true;
            case op::mem:
                if (i.constant >= op::memory_words) return false;
                to = memory_[i.constant];
                return true;
            case op::abs:
                return fetch(i.constant, i.code & op::size_mask, to);
            // The sum may not fit 32 bits; then it is outside of any packet.
            case op::ind:
                return fetch(std::uint64_t{x_} + i.constant, i.code & op::size_mask, to);
            case op::msh:
                if (!fetch(i.constant, op::byte, to)) return false;
                to = (to & 0xf) * 4;
                return true;
            default:
                return false;
        }
    }

    bool fetch(std::uint64_t at, unsigned size, std::uint32_t& to) const noexcept {
        const std::size_t bytes = size == op::word ? 4 : size == op::half ? 2 : 1;
        if (at > packet_.size() || packet_.size() - at < bytes) return false;
        const auto place = static_cast<std::size_t>(at);
        if (bytes == 4) to = packet::load<std::uint32_t>(packet_, place);
        if (bytes == 2) to = packet::load<std::uint16_t>(packet_, place);
        if (bytes == 1) to = packet::load<std::uint8_t>(packet_, place);
        return true;
    }

    bool store(std::uint32_t index, std::uint32_t value) noexcept {
        if (index >= op::memory_words) return false;
        memory_[index] = value;
        return true;
    }

    bool calculate_with(const FilterInstruction& i) noexcept {
        const unsigned code = i.code & op::op_mask;
        if (code == op::neg) {
            a_ = 0U - a_;
            return true;
        }
        const auto result = calculate(code, a_, (i.code & op::x) != 0 ? x_ : i.constant);
        if (result) a_ = *result;
        return result.has_value();
    }

    Bytes packet_;
    std::uint32_t wire_length_;
    std::uint32_t a_ = 0;
    std::uint32_t x_ = 0;
    std::array<std::uint32_t, op::memory_words> memory_{};
};

}  // namespace

std::uint32_t run_filter(std::span<const FilterInstruction> program, Bytes packet, std::uint32_t wire_length) noexcept {
    Machine machine(packet, wire_length);
    // Jumps lead forwards only, so this ends.
    for (std::size_t at = 0; at < program.size(); ++at) {
        const FilterInstruction& i = program[at];
        if (i.code == op::ret) return i.constant;
        if (i.code == (op::ret | op::ret_a)) return machine.a();
        if (i.code == (op::jmp | op::ja)) {
            if (i.constant >= program.size() - at) return 0;
            at += i.constant;
        } else if ((i.code & op::class_mask) == op::jmp) {
            at += machine.jumps(i) ? i.jump_true : i.jump_false;
        } else if (!machine.step(i)) {
            return 0;
        }
    }
    return 0;
}

}  // namespace pier::packet
