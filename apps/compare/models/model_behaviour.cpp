#include "models/model_behaviour.hpp"

#include "models/model_steps.hpp"

namespace compare {
namespace {

bool one_waits(const ServedModel& model, std::string_view seen) {
    return seen == (model.serves_one() ? outcome::waits : outcome::served);
}

std::string_view has_no_two(const ServedModel& model) {
    return model.serves_one() ? "it serves one client at a time, which is asked in the row before" : "";
}

std::string_view has_no_children(const ServedModel& model) {
    return model.has_processes ? "" : "its clients share one process, so a crash ends the server, whatever the model";
}

const std::vector<ModelBehaviour>& all() {
    static const std::vector<ModelBehaviour> rows{
        {.id = "model-echo",
         .question = "does a client get back what it sends?",
         .contract = {outcome::works},
         .steps = echo_steps,
         .steps_text = {"A client sends 100 messages, each when the one before has come back."},
         .promise = "A handler runs unchanged under every model."},
        {.id = "model-200-at-once",
         .question = "are 200 clients served that come at the same time?",
         .contract = {outcome::served},
         .steps = crowd_steps,
         .steps_text = {"200 clients connect.", "Each sends a message, and leaves when it has come back."},
         .promise = "Nobody is lost. Who finds no place waits in the system's queue until another client leaves."},
        {.id = "model-silent-client",
         .question = "is a client served while another one is silent?",
         .contract = {outcome::served, outcome::waits},
         .steps = silent_client_steps,
         .steps_text = {"A client is served once, and then says nothing.", "Another client comes and asks.",
                        "If it has no answer, the first one leaves."},
         .promise = "A client that says nothing keeps nobody waiting, but in the iterative model.",
         .inherent = "The iterative model serves one client after the other; that is what makes it simple.",
         .allows = one_waits},
        {.id = "model-bound",
         .question = "does a client wait when there are as many as are served at a time?",
         .contract = {outcome::waits},
         .steps = bound_steps,
         .steps_text = {"The server may serve two clients at a time, and does.", "A third one comes and asks.",
                        "When half a second has brought no answer, the others leave."},
         .promise = "Every model has a bound, and who comes beyond it is served later.",
         .two_clients = true,
         .not_applicable = has_no_two},
        {.id = "model-half-close",
         .question = "does the answer come to a client that has finished sending?",
         .contract = {outcome::works},
         .steps = half_close_steps,
         .steps_text = {"A client sends 256 KiB and finishes its direction.", "It reads to the end."},
         .promise = "All of the answer comes, and then the end."},
        {.id = "model-reset",
         .question = "does the server go on when clients reset their connections?",
         .contract = {outcome::served},
         .steps = reset_steps,
         .steps_text = {"Five clients, one after the other, are served and reset their connections.",
                        "Another client comes and asks."},
         .promise = "A reset is its connection's alone."},
        {.id = "model-crash",
         .question = "what does a handler that crashes end?",
         .contract = {outcome::its_connection},
         .steps = crash_steps,
         .steps_text = {"Two clients are served.", "For the first one the handler writes to no address.",
                        "The second one asks again, and a third one comes."},
         .promise = "In the models with processes a crash ends the connections of that process and nothing else; on "
                    "an engine that blocks that is one.",
         .two_clients = true,
         .not_applicable = has_no_children},
        {.id = "model-stop",
         .question = "may a client go on when the server is asked to stop?",
         .contract = {outcome::drains},
         .steps = stop_steps,
         .steps_text = {"A client is served.", "The server is asked to stop, and refuses who comes.",
                        "The client asks again, and leaves."},
         .promise = "Nobody else is let in, who is there may end what it does, and the server ends with status 0."},
        {.id = "model-second-request",
         .question = "does a second request to stop end what is left?",
         .contract = {outcome::ends},
         .steps = second_request_steps,
         .steps_text = {"A client is served, and stays.", "The server is asked to stop, and then once more."},
         .promise = "Connections are cut, no process stays behind, and the server ends with status 0."}};
    return rows;
}

}  // namespace

std::span<const ModelBehaviour> model_behaviours() { return all(); }

}  // namespace compare
