// Sessions of the Backend API, and the tokens minted from them (clerk.md 3.6).
#pragma once

#include "emulators/clerk/call.hpp"

namespace postern::emulator::sessions {

Answer list(Call& call);
Answer get(Call& call);
Answer create(Call& call);
Answer mint(Call& call);                // POST /v1/sessions/{session_id}/tokens
Answer mint_from_template(Call& call);  // POST /v1/sessions/{session_id}/tokens/{template}
Answer revoke(Call& call);
Answer refresh(Call& call);  // session_refresh.cpp

[[nodiscard]] json::Object to_json(const Session& session);
[[nodiscard]] Read<Session*> find_session(Call& call);  // the one that {session_id} of the path names, or the 404

}  // namespace postern::emulator::sessions
