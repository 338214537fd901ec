// Every limit of the core in one place. A limit that a user may change has its default here and its setting in
// docs/configuration.md. Units stand last in the name.
#pragma once

#include <chrono>
#include <cstddef>

namespace postern::limits {

using namespace std::chrono_literals;

// HTTP/1.1 (RFC 9112; threats 35 to 38)
inline constexpr std::size_t request_line_bytes_max = 8 * 1024;
inline constexpr std::size_t header_bytes_max = 16 * 1024;
inline constexpr std::size_t header_fields_max = 64;
inline constexpr std::size_t body_bytes_max = 1024 * 1024;
inline constexpr std::size_t chunk_extension_bytes_max = 256;
inline constexpr std::size_t trailer_bytes_max = 4 * 1024;

// JSON (RFC 8259 sec. 9, RFC 7493; threat 39)
inline constexpr std::size_t json_depth_max = 64;
inline constexpr std::size_t json_values_max = 10'000;
inline constexpr std::size_t json_keys_per_object_max = 1'000;

// Sealed texts that are remembered (base/recently_opened.hpp)
inline constexpr std::size_t recently_opened_max = 256;
inline constexpr std::size_t recently_opened_bytes_max = 1024;

// JOSE (threats 21 to 23)
inline constexpr std::size_t jwt_bytes_max = 8 * 1024;
inline constexpr std::size_t kid_bytes_max = 128;
inline constexpr std::size_t jwks_bytes_max = 64 * 1024;
inline constexpr std::size_t jwks_keys_max = 20;
inline constexpr auto jwks_fresh_for = 10min;
inline constexpr auto jwks_unknown_kid_cooldown = 30s;
inline constexpr auto clock_skew = 5s;

// OAuth (threats 4 to 14, 31)
inline constexpr std::size_t oauth_body_bytes_max = 16 * 1024;
inline constexpr std::size_t redirect_uris_per_client_max = 10;
inline constexpr std::size_t client_name_bytes_max = 128;
inline constexpr std::size_t client_id_bytes_max = 128;
inline constexpr std::size_t revoked_grants_max = 100'000;
inline constexpr auto revocations_reread_after = 30s;  // by housekeeping
inline constexpr auto revocations_known_for = 60s;     // older knowledge answers no request
inline constexpr int store_attempts_max = 8;           // tries of one read-and-replace against other writers
inline constexpr auto authorization_code_lifetime = 60s;
inline constexpr auto access_token_lifetime = 10min;
inline constexpr auto refresh_token_lifetime = 24h * 30;
inline constexpr auto refresh_grace = 10s;
inline constexpr auto consent_lifetime = 10min;
inline constexpr auto sign_in_lifetime = 10min;
inline constexpr auto callback_hop_lifetime = 60s;
inline constexpr auto unused_client_lifetime = 24h;
inline constexpr auto used_client_lifetime = 24h * 90;
inline constexpr auto client_cached_for = 5min;

// Outgoing calls
inline constexpr auto fetch_timeout = 5s;
inline constexpr std::size_t fetch_response_bytes_max = 4 * 1024 * 1024;

// Store (ports/store.hpp)
inline constexpr std::size_t store_key_bytes_max = 512;
inline constexpr std::size_t store_value_bytes_max = 64 * 1024;
inline constexpr std::size_t store_scan_max = 1'000;

// MCP streams (threat 43)
inline constexpr auto stream_keep_alive = 15s;
inline constexpr std::size_t stream_queue_bytes_max = 256 * 1024;
inline constexpr auto stream_lifetime_max = 1h;

// What is kept of a session's streams, for readers who come back (threats 28 and 43; transport/stream_log.hpp)
inline constexpr auto stream_retry_after = 1s;  // what a client is told to wait before it comes back
inline constexpr auto stream_unread_max = 25s;  // a call that nobody reads is stopped then
inline constexpr auto stream_lease = 30s;       // a call that nobody renews is given up then
inline constexpr auto stream_renewed_every = 10s;
inline constexpr auto stream_poll_interval = 5s;
inline constexpr auto stream_log_lifetime = 5min;  // of an event, from when it was said
inline constexpr std::size_t stream_log_records_max = 200;
inline constexpr std::size_t stream_log_bytes_max = 1024 * 1024;
inline constexpr std::size_t streams_logged_per_session_max = 32;
inline constexpr std::size_t event_id_bytes_max = 256;
inline constexpr auto resource_update_lifetime = 1h;

// HTTP with SSE (2024-11-05)
inline constexpr std::size_t sse_calls_max = 32;  // under way at a time on one stream
inline constexpr auto sse_taken_within = 5s;      // a message that no stream takes is refused then

// MCP messages and sessions (threats 27 and 39)
inline constexpr std::size_t rpc_batch_max = 32;
inline constexpr auto mcp_session_lifetime = 24h;
inline constexpr std::size_t mcp_session_id_bytes_max = 1024;
inline constexpr std::size_t mcp_sessions_met_max = 10'000;
inline constexpr auto mcp_session_known_for = 30s;         // then its record is read again
inline constexpr std::size_t watched_resources_max = 100;  // by one stream or session
inline constexpr auto request_state_lifetime = 10min;
inline constexpr auto task_lifetime = 1h;  // from its start, if its client wants no other
inline constexpr auto task_lifetime_max = 24h;
inline constexpr auto task_lease = 30s;  // after which a task that nobody renews is given up
inline constexpr auto task_renewed_every = 5s;
inline constexpr auto task_poll_interval = 1s;
inline constexpr auto task_authorization_grace = 1min;
inline constexpr std::size_t tasks_per_owner_max = 32;
inline constexpr std::size_t completions_max = 100;  // 2026-07-28, server/utilities/completion

}  // namespace postern::limits
