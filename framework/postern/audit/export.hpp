// The audit log for its operator: GET /api/audit, with the reader's key as bearer token. What `./dev audit` asks.
//
//   ?user=<user id>&after=<key>     their records, oldest first, and last the tip
//   ?day=2026-11-28&after=<key>     who called something on that day, and from which record on
//
//   {"records":[{"key":"audit/…","value":"…","expires_at":1798675200000}],"more":true}
//
// Records go out as they are stored: whoever reads them checks them. `more`: ask again, after the last key. To read the
// log is written into the server's own log.
#pragma once

#include "postern/audit/audit_log.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/ports/ports.hpp"

namespace postern::audit {

// The token is the reader's key. Decided by the caller of export_records, who counts what is wrong as guessing.
[[nodiscard]] bool is_reader(const Keys& keys, const http::Request& request);

// `ports` and the request live until the task ends.
[[nodiscard]] Task<http::Response> export_records(const Ports& ports, const http::Request& request);

}  // namespace postern::audit
