#include "behaviour.hpp"

#include <iterator>

namespace compare {

const std::vector<Behaviour>& behaviours() {
    static const std::vector<Behaviour> all = [] {
        std::vector<Behaviour> joined;
        for (auto group : {echo_behaviours, connect_behaviours, listen_behaviours, ending_behaviours, reset_behaviours,
                           cancel_behaviours, transfer_behaviours, loop_behaviours}) {
            auto more = group();
            joined.insert(joined.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        }
        return joined;
    }();
    return all;
}

}  // namespace compare
