// The protocol's revisions, and what this server does differently for each.
//
//   const RevisionRules& rules = rules_of(Revision::v2025_06_18);
//   if (!rules.structured_output) ...
//
// Up to 2025-11-25 ("legacy") a client starts with `initialize` and keeps a session. From 2026-07-28 on ("modern") each
// request says everything about itself (2026-07-28, basic/versioning).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace postern::mcp {

enum class Revision { v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28 };

inline constexpr Revision latest_revision = Revision::v2026_07_28;
inline constexpr Revision latest_legacy_revision = Revision::v2025_11_25;

struct RevisionRules {
  std::string_view date;
  bool sessions;           // initialize, ping, Mcp-Session-Id; else per-request _meta, resultType, server/discover
  bool batches;            // a POST may carry an array of messages
  bool annotations;        // readOnlyHint and its siblings; audio content
  bool structured_output;  // titles, outputSchema, structuredContent, resource links
  bool icons;
  bool task_requests;        // the client may ask for a task; later it is the server that offers one
  bool bad_input_is_result;  // wrong arguments are told to the model (isError), not to the client (-32602)
};

inline constexpr std::array<RevisionRules, 5> revision_rules{{
    // date         sessions batches annotations structured icons tasks bad input
    {"2024-11-05", true, false, false, false, false, false, false},
    {"2025-03-26", true, true, true, false, false, false, false},
    {"2025-06-18", true, false, true, true, false, false, false},
    {"2025-11-25", true, false, true, true, true, true, true},
    {"2026-07-28", false, false, true, true, true, false, true},
}};

[[nodiscard]] constexpr const RevisionRules& rules_of(Revision revision) {
  return revision_rules[static_cast<std::size_t>(revision)];
}
[[nodiscard]] constexpr std::optional<Revision> find_revision(std::string_view date) {
  for (std::size_t i = 0; i < revision_rules.size(); ++i) {
    if (revision_rules[i].date == date) return static_cast<Revision>(i);
  }
  return std::nullopt;
}

}  // namespace postern::mcp
