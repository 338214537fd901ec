#include <algorithm>
#include <cstddef>

#include "postern/oauth/authorize/checks.hpp"
#include "postern/oauth/metadata/metadata.hpp"

namespace postern::oauth {
namespace {

// Scheme and host in lower case, and not one byte more: everything else of a resource is exact (threat 19).
std::string fold_scheme_and_host(std::string_view text) {
  std::string folded{text};
  const std::size_t authority = folded.find("://");
  if (authority == std::string::npos) return folded;
  const std::size_t end = std::min(folded.find_first_of("/?#", authority + 3), folded.size());
  std::ranges::transform(folded.begin(), folded.begin() + static_cast<std::ptrdiff_t>(end), folded.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return folded;
}

}  // namespace

// Absent, it is ours: assistants that do not send it are about (landscape.md 5.6), and there is no other. It has two
// addresses, and a token that was asked for by the one is good at the other.
Result<std::string, OAuthError> check_resource(const Settings& settings, const uri::Form& form) {
  for (const auto& [name, value] : form) {
    if (name != "resource") continue;
    const std::string folded = fold_scheme_and_host(value);
    if (folded != settings.resource && folded != sse_resource(settings))
      return std::unexpected(OAuthError{"invalid_target", "The resource is not one that is served here."});
  }
  return settings.resource;
}

}  // namespace postern::oauth
