// What an operation becomes in the ring.
#include "engine/uring/uring_engine.hpp"
#include "socket/pieces.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <new>

namespace pier::posix {

using spi::AddressedOperation;
using spi::Operation;
using spi::Verb;

namespace {

// For POLLPRI alone the kernel would not wake the entry when urgent data comes: io_poll_wake() leaves that bit out when
// it looks at what has happened. TCP wakes its waiters with EPOLLRDBAND, too, and never has it as a state.
unsigned awaited_events(const Operation& op) noexcept {
    if (op.has(Operation::urgent)) return POLLPRI | POLLRDBAND;
    return op.has(Operation::waits_writable) ? POLLOUT : POLLIN;
}

int flags_of_send(const Operation& op) noexcept {
    if (op.has(Operation::urgent)) return MSG_NOSIGNAL | MSG_OOB;
    return op.has(Operation::whole) ? MSG_NOSIGNAL | MSG_WAITALL : MSG_NOSIGNAL;
}

}  // namespace

UringMessage* UringEngine::message_for(UringLane& lane) noexcept {
    if (lane.message != nullptr) return lane.message;
    if (free_messages_ != nullptr) {
        lane.message = std::exchange(free_messages_, free_messages_->next);
    } else {
        lane.message = new (std::nothrow) UringMessage;
    }
    return lane.message;
}

void UringEngine::recycle_message(UringLane& lane) noexcept {
    if (lane.message == nullptr) return;
    lane.message->next = free_messages_;
    free_messages_ = std::exchange(lane.message, nullptr);
}

// False: op has finished.
bool UringEngine::prepare(io_uring_sqe& sqe, Operation& op, UringLane& lane) noexcept {
    int socket = descriptor_of(op.descriptor->socket);
    switch (op.verb) {
        case Verb::receive:
            if (op.has(Operation::lend)) {
                io_uring_prep_recv(&sqe, socket, nullptr, 0, 0);
                sqe.flags |= IOSQE_BUFFER_SELECT;
                sqe.buf_group = UringBuffers::group;
            } else if (op.has(Operation::vectored)) {
                return prepare_message(sqe, op, lane);
            } else {
                io_uring_prep_recv(&sqe, socket, op.buffer, op.length, 0);
            }
            // Data is rarely there already: a first try would only be told so.
            sqe.ioprio |= IORING_RECVSEND_POLL_FIRST;
            return true;
        case Verb::send:
            if (op.has(Operation::vectored)) return prepare_message(sqe, op, lane);
            io_uring_prep_send(&sqe, socket, op.buffer, op.length, flags_of_send(op));
            return true;
        case Verb::receive_from:
        case Verb::send_to:
            return prepare_message(sqe, op, lane);
        case Verb::wait:
            io_uring_prep_poll_add(&sqe, socket, awaited_events(op));
            return true;
        case Verb::connect: {
            auto& connect = static_cast<AddressedOperation&>(op);
            UringMessage* message = message_for(lane);
            if (!connect.endpoint.is_complete() || message == nullptr) {
                op.finish(Error{message == nullptr ? Errc::not_enough_memory : Errc::invalid_argument, 0});
                return false;
            }
            socklen_t length = to_native(connect.endpoint, message->address);
            io_uring_prep_connect(&sqe, socket, &message->address.any, length);
            return true;
        }
        case Verb::accept:
        case Verb::send_file:
        case Verb::none:
            break;
    }
    op.finish(Error{Errc::not_supported, 0});
    return false;
}

bool UringEngine::prepare_message(io_uring_sqe& sqe, Operation& op, UringLane& lane) noexcept {
    UringMessage* message = message_for(lane);
    if (message == nullptr) {
        op.finish(Error{Errc::not_enough_memory, 0});
        return false;
    }
    message->header = {};
    message->header.msg_iovlen = collect(op, message->pieces);
    message->header.msg_iov = message->pieces;
    int socket = descriptor_of(op.descriptor->socket);
    if (op.verb == Verb::receive_from) {
        message->header.msg_name = &message->address;
        message->header.msg_namelen = sizeof message->address;
    } else if (op.verb == Verb::send_to) {
        socklen_t length = to_native(static_cast<AddressedOperation&>(op).endpoint, message->address);
        message->header.msg_name = length != 0 ? &message->address : nullptr;
        message->header.msg_namelen = length;
    }
    if (op.verb == Verb::receive || op.verb == Verb::receive_from) {
        io_uring_prep_recvmsg(&sqe, socket, &message->header, 0);
    } else {
        io_uring_prep_sendmsg(&sqe, socket, &message->header, MSG_NOSIGNAL);
    }
    return true;
}

}  // namespace pier::posix
