// The levers under /__emulator/: what a test or a curious developer does to the instance that Clerk's API has no call
// for.
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::control {

Answer state(Call& call);
Answer calls(Call& call);
Answer deliveries(Call& call);
Answer advance_clock(Call& call);             // {"seconds":61}
Answer end_session(Call& call);               // POST sessions/{session_id}/end
Answer set_session_status(Call& call);        // POST sessions/{session_id}/status {"status":"pending"}
Answer set_session_organization(Call& call);  // POST sessions/{session_id}/organization {"organization_id":"org_..."}
Answer set_user_plan(Call& call);             // POST users/{user_id}/plan {"plan":"gold","features":["export"]}
Answer set_organization_plan(Call& call);     // POST organizations/{organization}/plan, likewise
Answer add_fault(
    Call& call);  // {"match":"GET /v1/users","status":429,"retry_after":2,"times":3,"delay_ms":0,"body":{}}
Answer clear_faults(Call& call);
Answer rotate_key(Call& call);
Answer reset(Call& call);

}  // namespace postern::emulator::control
