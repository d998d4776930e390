// Pipes that processes find by a name.
#pragma once

#include <pier/ipc/name.hpp>
#include <pier/ipc/pipe.hpp>
#include <pier/task.hpp>

namespace pier {

// A pipe of one direction with a name: a FIFO (fifo(7)) on POSIX, an inbound named pipe of one instance on Windows
// (CreateNamedPipeW). What both systems have in common is this:
//
// The reader makes the name and holds it until it closes; the writer finds it. One reader and one writer at a time. A
// pipe serves one writer: the stream ends when that has closed or died, and for the next one the reader opens the name
// anew. Only processes of the same user come together, and none from another machine.
//
// What stays behind: nothing when the reader has closed its stream. When it crashed, nothing on Windows. On POSIX the
// FIFO stays in its folder (see IpcName): the next open_reader() of the name takes it over, remove() removes it. Nobody
// can write to it meanwhile.
//
// On POSIX the locks that keep second readers and writers out (flock, fcntl) bind only those that use this class. A
// writer that opens the name after the first has gone, and before the reader has met the end, goes on where that ended;
// on Windows it waits for the name to be opened anew. On POSIX all of them BLOCK while another process of the user
// makes, opens or lists objects, where that is in their way.
class NamedPipe {
public:
    // On the loop that runs here, at once: its first receive waits for the writer, too, and the deadline counts for
    // that. Errors: name_taken while another reader has the name, or where something else is there;
    // permission_denied when it is another user's; operation_canceled where no loop runs; too_many_files_open,
    // not_enough_memory; what the system says. Throws std::bad_alloc.
    [[nodiscard]] static Result<PipeStream> open_reader(const IpcName& name);

    // Waits until a reader has the name and no other writer is there, by asking again in pauses of 1 to 50 ms: no
    // system tells. Errors: timed_out, operation_canceled; permission_denied, and name_taken, as above;
    // too_many_files_open, not_enough_memory; what the system says. Throws std::bad_alloc.
    [[nodiscard]] static Task<Result<PipeStream>> open_writer(IpcName name, Deadline deadline = {});

    // Removes a name that a crash has left behind. Errors: name_not_found (always on Windows, where none stays);
    // name_taken while a reader has it; permission_denied. Throws std::bad_alloc. Any thread.
    [[nodiscard]] static Result<void> remove(const IpcName& name);
};

}  // namespace pier
